"""What an image is named by, and what it says of itself. Pure: whatever was pushed, nothing here fails for it."""

from __future__ import annotations

from typing import Any, NamedTuple

from packageurl import PackageURL

from adapters.mapping.patterns import compiled

LABELS = frozenset(f"org.opencontainers.image.{name}" for name in ("revision", "source", "url", "version"))
"""The labels that are told of (OCI image-spec, annotations.md); an image may have any number of others."""

LONGEST = 1024
"""Characters of a label's value; a longer one is passed over."""

_NAME = compiled(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
_DIGEST = compiled(r"sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})")


class Image(NamedTuple):
    """An image as its registry knows it."""

    repository: str
    digest: str


def named(purl: str) -> Image | None:
    """The image that a package URL of type `oci` names with its `repository_url`; None for any other.

    Neither part can lead out of the path of a request: they are of the distribution-spec's grammar.
    """
    try:
        url = PackageURL.from_string(purl)
    except ValueError:
        return None
    place = dict(url.qualifiers or {}).get("repository_url", "")
    repository, digest = place.partition("/")[2], url.version or ""
    known = url.type == "oci" and _NAME.fullmatch(repository) and _DIGEST.fullmatch(digest)
    return Image(repository, digest) if known else None


def annotated(manifest: dict[str, Any]) -> dict[str, str]:
    """The LABELS among a manifest's annotations."""
    return _told(manifest.get("annotations"))


def labelled(configuration: dict[str, Any]) -> dict[str, str]:
    """The LABELS in the configuration of an image."""
    return _told(_member(configuration.get("config"), "Labels"))


def configuration(manifest: dict[str, Any]) -> str | None:
    """The digest of an image's configuration."""
    return _digest(manifest.get("config"))


def first(index: dict[str, Any]) -> str | None:
    """The digest of an index' first image; builders put what they attest about images under an unknown platform."""
    manifests = index.get("manifests")
    images = manifests if isinstance(manifests, list) else []
    known = (each for each in images if _member(_member(each, "platform"), "os") != "unknown")
    return next(filter(None, map(_digest, known)), None)


def _digest(descriptor: Any) -> str | None:
    digest = _member(descriptor, "digest")
    return digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else None


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _told(given: Any) -> dict[str, str]:
    items = given.items() if isinstance(given, dict) else ()
    return {name: text for name, text in items if name in LABELS and isinstance(text, str) and len(text) <= LONGEST}
