"""What a registry's API says of an image (OCI distribution-spec, image-spec)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import requests
from packageurl import PackageURL

from adapters.errors import AdapterError
from adapters.mapping.patterns import compiled
from adapters.sources.registry.settings import RegistryApi

MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)
"""What is accepted of a manifest."""

LABELS = frozenset(f"org.opencontainers.image.{name}" for name in ("revision", "source", "url", "version"))
"""The labels that are told of (OCI image-spec, annotations.md); an image may have any number of others."""

LONGEST = 1024
"""Characters of a label's value; a longer one is passed over."""

LARGEST = 4 << 20
"""Bytes of a manifest or an image's configuration: what registries take at most, by the distribution-spec."""

USER_AGENT = "cdevents-adapters"
"""Who asks: to look labels up is not to use an image, and mappings pass over what a registry tells of it."""

_NAME = compiled(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
_DIGEST = compiled(r"sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})")
_NOT_FOUND = 404
_LATER = frozenset({408, 429, *range(500, 600)})


class RegistrySilent(AdapterError):
    """The registry does not answer now."""


class LabelsUnreadable(AdapterError):
    """The registry does not let this image be read, or what was pushed as one is none."""


class NoSuchImage(AdapterError):
    """The registry does not have it."""


class Image(NamedTuple):
    """An image as its registry knows it."""

    repository: str
    digest: str


def image(purl: str) -> Image | None:
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


def session(settings: RegistryApi) -> requests.Session:
    """A client with the settings' user and authority."""
    client = requests.Session()
    client.headers["User-Agent"] = USER_AGENT
    if settings.username and settings.password:
        client.auth = (settings.username, settings.password.get_secret_value())
    client.verify = str(settings.ca) if settings.ca else True
    return client


class Registry:
    """Asks for the labels of images; for each with a few requests at most, that wait `timeout` seconds at most."""

    def __init__(self, settings: RegistryApi) -> None:
        self._url, self._timeout = settings.url.rstrip("/"), settings.timeout
        self._client = session(settings)

    def labels(self, wanted: Image) -> Mapping[str, str]:
        """Those of LABELS that it has, as annotations or as the labels of its configuration.

        Of an index without any they are those of its first image: a build gives all its platforms the same.
        Raises RegistrySilent, LabelsUnreadable or NoSuchImage.
        """
        manifest = self._json("manifests", wanted)
        if own := _told(manifest.get("annotations")):
            return own
        if first := next(_images(manifest), None):
            manifest = self._json("manifests", Image(wanted.repository, first))
        return self._configured(wanted.repository, manifest)

    def _configured(self, repository: str, manifest: dict[str, Any]) -> dict[str, str]:
        digest = _digest(manifest.get("config"))
        config = self._json("blobs", Image(repository, digest)) if digest else {}
        return _told(_member(_member(config, "config"), "Labels"))

    def _json(self, kind: str, wanted: Image) -> dict[str, Any]:
        url = f"{self._url}/v2/{wanted.repository}/{kind}/{wanted.digest}"
        try:
            with self._client.get(url, headers={"Accept": MANIFESTS}, timeout=self._timeout, stream=True) as answer:
                return _document(answer, url)
        except OSError as error:
            raise RegistrySilent(f"GET {url}: {error}") from None
        except ValueError as error:
            raise LabelsUnreadable(f"GET {url}: {error}") from None


def _document(answer: requests.Response, url: str) -> dict[str, Any]:
    if answer.status_code == _NOT_FOUND:
        raise NoSuchImage(f"GET {url} answered 404")
    if answer.status_code in _LATER:
        raise RegistrySilent(f"GET {url} answered {answer.status_code}")
    if not answer.ok:
        raise LabelsUnreadable(f"GET {url} answered {answer.status_code}: compare 'registry' with the registry's users")
    document = json.loads(_content(answer))
    return document if isinstance(document, dict) else {}


def _content(answer: requests.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_content(64 << 10):
        content += chunk
        if len(content) > LARGEST:
            raise ValueError(f"more than {LARGEST} bytes")
    return bytes(content)


def _images(manifest: dict[str, Any]) -> Iterator[str]:
    """The digests of an index' images; builders put what they attest about them under an unknown platform."""
    for each in manifest.get("manifests") or ():
        if (digest := _digest(each)) and _member(_member(each, "platform"), "os") != "unknown":
            yield digest


def _digest(descriptor: Any) -> str | None:
    digest = _member(descriptor, "digest")
    return digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else None


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _told(labels: Any) -> dict[str, str]:
    given = labels.items() if isinstance(labels, dict) else ()
    return {name: text for name, text in given if name in LABELS and isinstance(text, str) and len(text) <= LONGEST}
