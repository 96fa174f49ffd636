"""What Helm keeps of a release in a cluster, without values, notes and the manifest (helm.sh/helm, pkg/storage/driver).

A Secret of the type helm.sh/release.v1, or a ConfigMap, for each version of a release; both have the label owner=helm.
Its `release` is JSON, compressed by gzip but by the oldest, in base64; in a Secret, in base64 once more by the API.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import orjson

from adapters.bounds import JSON, too_many
from adapters.sources.kubernetes.api import Json

LARGEST = 16 << 20
"""Bytes of a release as JSON at most; compressed it is of one mebibyte, as all objects are."""

MOST_IMAGES = 100

_GZIP = b"\x1f\x8b\x08"
_INFO = ("status", "description", "first_deployed", "last_deployed", "deleted", "rollback_revision")
_CHART = ("name", "version", "appVersion")
_WORKLOAD = re.compile(
    r"^kind: *[\"']?(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|Pod|Job|CronJob|Rollout)\b", re.MULTILINE
)
_IMAGE = re.compile(r"^[ -]+image: *[\"']?([\w.:/@-]{1,512})[\"']? *$", re.MULTILINE)


def of_helm(found: Json) -> bool:
    """Whether an object is one in which Helm keeps a release."""
    metadata, data = found.get("metadata"), found.get("data")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return isinstance(labels, dict) and labels.get("owner") == "helm" and isinstance(data, dict) and "release" in data


def kept_by_helm(found: Json, kind: str) -> Json:
    """What is told of such an object as its `release`, with the images in its manifest; of any other nothing.

    Of one that cannot be read it is only why, as `unreadable`.
    """
    if not of_helm(found):
        return {}
    try:
        data = _decoded(str(found["data"]["release"]).encode(), twice=kind == "Secret")
        return {"release": _told(orjson.loads(data))}
    except (ValueError, TypeError, AttributeError, zlib.error) as error:
        return {"release": {"unreadable": f"not a release of Helm: {error}"}}


def _decoded(text: bytes, *, twice: bool) -> bytes:
    data = b64decode(b64decode(text, validate=True) if twice else text, validate=True)
    if data.startswith(_GZIP):
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        data = unpacking.decompress(data, LARGEST + 1)
        if not unpacking.eof and len(data) <= LARGEST:
            raise ValueError("its end is missing")
    if len(data) > LARGEST or too_many(data, JSON):
        raise ValueError(f"it is larger than {LARGEST} bytes, or has too many values")
    return data


def _told(document: Any) -> Json:
    info, metadata = document.get("info") or {}, (document.get("chart") or {}).get("metadata") or {}
    return {
        **{name: document[name] for name in ("name", "namespace", "version") if name in document},
        "info": {name: info[name] for name in _INFO if info.get(name)},
        "chart": {name: metadata[name] for name in _CHART if metadata.get(name)},
        "images": list(_images(document.get("manifest") or "")),
    }


def _images(manifest: str) -> Iterator[str]:
    """The images of the workloads in a manifest, each once, in its order."""
    parts = (part for part in re.split(r"^---.*$", manifest, flags=re.MULTILINE) if _WORKLOAD.search(part))
    found = dict.fromkeys(image for part in parts for image in _IMAGE.findall(part))
    yield from list(found)[:MOST_IMAGES]
