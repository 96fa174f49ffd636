"""What an artifact is named by, and what it says of itself. Pure: whatever was pushed, nothing here fails for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from packageurl import PackageURL

from adapters.mapping.patterns import compiled

LABELS = frozenset(f"org.opencontainers.image.{name}" for name in ("revision", "source", "url", "version"))
"""The labels that are told of (OCI image-spec, annotations.md); an image may have any number of others."""

PREDICATE = "predicateType"
"""The member, and cosign's annotation, that says what is attested (in-toto, Statement)."""

LONGEST = 1024
"""Characters of a label's value or a media type; a longer one is passed over."""

MOST = 16
"""Media types that are told of one manifest."""

_IMAGES = ("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")
"""The media types of an image's configuration."""

_PREDICATES = ("dev.sigstore.bundle.predicateType", PREDICATE, "in-toto.io/predicate-type")
"""Annotations: of a bundle's manifest (cosign, BUNDLE_SPEC), of cosign's layers, of BuildKit's layers."""

_NAME = compiled(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
_TAG = compiled(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_HOST = compiled(r"[A-Za-z0-9.-]+(?::[0-9]+)?")
_DIGEST = compiled(r"sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})")


class Artifact(NamedTuple):
    """An artifact as its registry knows it: `reference` is its digest, or a tag."""

    repository: str
    reference: str

    @property
    def lasting(self) -> bool:
        """Whether it is a digest, which never is something else."""
        return is_digest(self.reference)


def named(purl: str) -> Artifact | None:
    """The artifact that a package URL names: `oci` by its digest and `repository_url`, `docker` by its tag; or None.

    No part can lead out of the path of a request: they are of the distribution-spec's grammar.
    """
    try:
        url = PackageURL.from_string(purl)
    except ValueError:
        return None
    place = dict(url.qualifiers or {}).get("repository_url", "").partition("/")[2]
    if url.type == "docker":
        repository = "/".join(filter(None, (place, url.namespace, url.name)))
        return _artifact(repository, url.version or "", _TAG)
    return _artifact(place, url.version or "", _DIGEST) if url.type == "oci" else None


def _artifact(repository: str, reference: str, grammar: Any) -> Artifact | None:
    known = _NAME.fullmatch(repository) and grammar.fullmatch(reference)
    return Artifact(repository, reference) if known else None


def is_digest(text: str) -> bool:
    """Whether it is a digest that an image can have."""
    return _DIGEST.fullmatch(text) is not None


def is_repository(text: str) -> bool:
    """Whether it is a repository with its registry before it."""
    host, _, repository = text.partition("/")
    return _HOST.fullmatch(host) is not None and _NAME.fullmatch(repository) is not None


def described(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest is, by its own words.

    `mediaType`, `artifactType`; of its `config` and of its `layers` (of an index: its manifests) the media types, each
    once; `subject`, the digest that it belongs to; and the `predicateType` that it, or its last layer, is annotated
    with; and `referrers`, if it is an index of what refers to an image. What it does not say is left out.
    """
    told = {
        "mediaType": text(manifest.get("mediaType")),
        "artifactType": text(manifest.get("artifactType")),
        "config": text(member(manifest.get("config"), "mediaType")),
        "layers": list(dict.fromkeys(filter(None, (text(each.get("mediaType")) for each in parts(manifest)))))[:MOST],
        "subject": digest(manifest.get("subject")),
        PREDICATE: next(_predicates(manifest), None),
        "referrers": _lists_referrers(manifest),
    }
    return {name: value for name, value in told.items() if value}


def _lists_referrers(manifest: Mapping[str, Any]) -> bool:
    """Whether it is the index that a client keeps under the tag `sha256-<digest>` of an image, where the registry keeps
    none: each entry has its artifact's type (distribution-spec, Referrers Tag Schema), and no platform.
    """
    entries = manifest.get("manifests")
    return isinstance(entries, list) and all(
        text(member(each, "artifactType")) and member(each, "platform") is None for each in entries
    )


def parts(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The descriptors of its layers, or of an index' manifests (`blobs`: of an artifact manifest, before OCI 1.1)."""
    lists = (manifest.get(name) for name in ("layers", "manifests", "blobs"))
    found = next((each for each in lists if isinstance(each, list)), [])
    return [each for each in found if isinstance(each, dict)]


def _predicates(manifest: Mapping[str, Any]) -> Iterator[str]:
    for described in (manifest, *reversed(parts(manifest))):
        annotations = described.get("annotations")
        yield from filter(None, (text(member(annotations, name)) for name in _PREDICATES))


def annotated(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The LABELS among a manifest's annotations."""
    return _told(manifest.get("annotations"))


def labelled(configuration: Mapping[str, Any]) -> dict[str, str]:
    """The LABELS in the configuration of an image."""
    return _told(member(configuration.get("config"), "Labels"))


def configuration(manifest: Mapping[str, Any]) -> str | None:
    """The digest of the configuration of an image, if it is one."""
    found = manifest.get("config")
    return digest(found) if member(found, "mediaType") in (None, *_IMAGES) else None


def first(index: Mapping[str, Any]) -> str | None:
    """The digest of an index' first image; builders put what they attest about images under an unknown platform."""
    manifests = index.get("manifests")
    images = manifests if isinstance(manifests, list) else []
    known = (each for each in images if member(member(each, "platform"), "os") != "unknown")
    return next(filter(None, map(digest, known)), None)


def digest(descriptor: Any) -> str | None:
    """The digest that a descriptor has."""
    found = member(descriptor, "digest")
    return found if isinstance(found, str) and is_digest(found) else None


def member(value: Any, name: str) -> Any:
    """A member of what may be an object."""
    return value.get(name) if isinstance(value, dict) else None


def text(value: Any) -> str | None:
    """What is text, and not too long."""
    return value if isinstance(value, str) and len(value) <= LONGEST else None


def _told(given: Any) -> dict[str, str]:
    items = given.items() if isinstance(given, dict) else ()
    return {name: value for name, value in items if name in LABELS and text(value) is not None}
