"""What a registry's API says of an image (OCI distribution-spec, image-spec)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import requests
from urllib3.exceptions import HTTPError

from adapters.errors import AdapterError
from adapters.sources.registry import image
from adapters.sources.registry.image import Image
from adapters.sources.registry.settings import RegistryApi

MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)
"""What is accepted of a manifest."""

LARGEST = 4 << 20
"""Bytes that are read of a manifest or an image's configuration: all registries should take a manifest of 4 MiB
(distribution-spec, Pushing Manifests)."""

USER_AGENT = "cdevents-adapters"
"""Who asks: to look labels up is not to use an image, and mappings pass over what a registry tells of it."""

_NOT_FOUND = 404
_LATER = frozenset({408, 429, *range(500, 600)})


class RegistrySilent(AdapterError):
    """The registry does not answer now."""


class LabelsUnreadable(AdapterError):
    """The registry does not let this image be read, or what was pushed as one is none."""


class NoSuchImage(AdapterError):
    """The registry does not have it."""


def session(settings: RegistryApi) -> requests.Session:
    """A client with the settings' user and authority."""
    client = requests.Session()
    client.headers["User-Agent"] = USER_AGENT
    if settings.username and settings.password:
        client.auth = (settings.username, settings.password.get_secret_value())
    client.verify = str(settings.ca) if settings.ca else True
    return client


class Registry:
    """Asks for the labels of images; for each with a few requests at most, each answered within `timeout` seconds.

    An answer that trickles may take twice as long: then it counts as none.
    """

    def __init__(self, settings: RegistryApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._timeout, self._clock = settings.url.rstrip("/"), settings.timeout, clock
        self._client = session(settings)

    def labels(self, wanted: Image) -> Mapping[str, str]:
        """Those of LABELS that it has, as annotations or as the labels of its configuration.

        Of an index without any they are those of its first image: a build gives all its platforms the same.
        Raises RegistrySilent, LabelsUnreadable or NoSuchImage.
        """
        manifest = self._json("manifests", wanted)
        if own := image.annotated(manifest):
            return own
        if first := image.first(manifest):
            manifest = self._json("manifests", wanted._replace(digest=first))
        configuration = image.configuration(manifest)
        return image.labelled(self._json("blobs", wanted._replace(digest=configuration))) if configuration else {}

    def _json(self, kind: str, wanted: Image) -> dict[str, Any]:
        url = f"{self._url}/v2/{wanted.repository}/{kind}/{wanted.digest}"
        until = self._clock() + self._timeout
        try:
            with self._client.get(url, headers={"Accept": MANIFESTS}, timeout=self._timeout, stream=True) as answer:
                _judge(answer, url)
                document = orjson.loads(self._content(answer, until))
        except (OSError, HTTPError) as error:
            raise RegistrySilent(f"GET {url}: {error}") from None
        except ValueError as error:
            raise LabelsUnreadable(f"GET {url}: {error}") from None
        return document if isinstance(document, dict) else {}

    def _content(self, answer: requests.Response, until: float) -> bytes:
        content = bytearray()
        while chunk := answer.raw.read1(64 << 10, decode_content=True):
            content += chunk
            if len(content) > LARGEST:
                raise ValueError(f"more than {LARGEST} bytes")
            if self._clock() > until:
                raise TimeoutError(f"the answer takes longer than {self._timeout:g} s")
        return bytes(content)


def _judge(answer: requests.Response, url: str) -> None:
    if answer.status_code == _NOT_FOUND:
        raise NoSuchImage(f"GET {url} answered 404")
    if answer.status_code in _LATER:
        raise RegistrySilent(f"GET {url} answered {answer.status_code}")
    if not answer.ok:
        raise LabelsUnreadable(f"GET {url} answered {answer.status_code}: compare 'registry' with the registry's users")
