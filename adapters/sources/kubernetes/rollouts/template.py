"""What a template of pods comes to: whether two are the same, and which images it asks for."""

from __future__ import annotations

import re
from hashlib import sha256

import orjson

from adapters.sources.kubernetes.api import Json
from adapters.sources.kubernetes.rollouts.parts import member, objects, text, texts

RESTARTS = ("kubectl.kubernetes.io/restartedAt", "cattle.io/timestamp", "kubesphere.io/restartedAt")
"""Annotations that are there to start pods anew, and mean nothing else: of kubectl, Rancher and KubeSphere."""

_HASHES = ("pod-template-hash", "rollouts-pod-template-hash")
_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$")
_TAG = re.compile(r":[\w][\w.-]{0,127}$")


def fingerprints(template: Json) -> tuple[str, str]:
    """Of a template as it is, and without what is only there to start pods anew; equal where templates are equal.

    The labels that controllers put on the copies that they keep do not count.
    """
    metadata = member(template, "metadata")
    labels = {name: value for name, value in member(metadata, "labels").items() if name not in _HASHES}
    annotations = member(metadata, "annotations")
    lasting = {name: value for name, value in annotations.items() if name not in RESTARTS}
    spec = template.get("spec")
    return _digest(labels, annotations, spec), _digest(labels, lasting, spec)


def _digest(*parts: object) -> str:
    return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]


def brief(template: Json) -> Json:
    """A template of which `described` and `containers` say the same, without the rest."""
    slim = [{"name": name, "image": image} for name, image in containers(template)]
    return {"metadata": template.get("metadata"), "spec": {"containers": slim}} if slim else {}


def described(template: Json) -> Json:
    """What is told of a template: labels, annotations, and of its containers names and images. No environment."""
    return {
        "labels": texts(template, "metadata", "labels"),
        "annotations": texts(template, "metadata", "annotations"),
        "containers": [{"name": name, "image": image} for name, image in containers(template)],
    }


def containers(template: Json) -> list[tuple[str, str]]:
    """Name and image of each container; those that only prepare a pod are none."""
    found = ((text(each, "name"), text(each, "image")) for each in objects(template, "spec", "containers"))
    return [(name, image) for name, image in found if name and image]


def digest(reference: str | None) -> str | None:
    """The manifest's digest in an image's reference, or in what a node says that it runs (`imageID`).

    A digest alone, `sha256:...` or `docker://sha256:...`, is that of a configuration, of an image that was built or
    loaded on the node: it is none (kubernetes/kubernetes#95968).
    """
    found = _DIGEST.search(reference or "")
    return found[1] if found else None


def repository(image: str) -> str:
    """The repository of an image's reference, with its registry: Docker Hub, where it names none.

    As all clients have it (distribution/reference, ParseNormalizedNamed).
    """
    name = _TAG.sub("", _DIGEST.sub("", image))
    host, slash, rest = name.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        return f"docker.io/{rest}" if host == "index.docker.io" else name
    return f"docker.io/{name}" if slash else f"docker.io/library/{name}"
