"""What a registry's API says of an artifact (OCI distribution-spec, image-spec)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
import requests

from adapters.sources.registry import artifact, signature
from adapters.sources.registry.answers import ArtifactUnreadable, asking, judge, session
from adapters.sources.registry.artifact import Artifact
from adapters.sources.registry.settings import RegistryApi
from adapters.sources.registry.token import Authentication

MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.oci.artifact.manifest.v1+json"
)
"""What is accepted of a manifest."""

USER_AGENT = "cdevents-adapters"
"""Who asks: to look something up is not to use an image, and mappings pass over what a registry tells of it."""

_DIGEST = "docker-content-digest"


class _Found(NamedTuple):
    url: str
    body: bytes
    digest: str

    def document(self) -> dict[str, Any]:
        """Its JSON object; an empty one for any other JSON. Raises ArtifactUnreadable."""
        try:
            found = orjson.loads(self.body)
        except ValueError as error:
            raise ArtifactUnreadable(f"GET {self.url}: {error}") from None
        return found if isinstance(found, dict) else {}


class Registry:
    """Asks about artifacts; about each with a few requests at most, each answered within `timeout` seconds.

    Every method raises RegistrySilent, ArtifactUnreadable or NoSuchArtifact.
    """

    def __init__(self, settings: RegistryApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._timeout = settings.url.rstrip("/"), settings.timeout
        self._client = session()
        self._client.headers["User-Agent"] = USER_AGENT
        self._client.verify = str(settings.ca) if settings.ca else True
        self._client.auth = Authentication(settings, clock)

    def told(self, wanted: Artifact) -> Iterator[Mapping[str, Any]]:
        """What there is to know, piece by piece, to be put together: what comes later may fail.

        First what its manifest says (`artifact.described`), with the `digest` where a tag was asked for; then the text
        of a signature (`signature.read`); then the LABELS, of the image that it belongs to if it does. Of an index
        without any they are those of its first image: a build gives all its platforms the same.
        """
        found = self._get("manifests", wanted)
        manifest = found.document()
        yield artifact.described(manifest) | ({} if wanted.lasting else {"digest": found.digest})
        belongs_to = artifact.digest(manifest.get("subject"))
        if document := signature.document(manifest):
            said = signature.read(manifest, self._get("blobs", wanted._replace(reference=document)).body)
            yield said
            belongs_to = belongs_to or said.get("subject")
        yield self._labels(wanted, self._manifest(wanted, belongs_to) if belongs_to else manifest)

    def digest(self, wanted: Artifact) -> str:
        """What a tag points to now."""
        url = self._place("manifests", wanted)
        found = self._answer("HEAD", url).headers.get(_DIGEST, "")
        if not artifact.is_digest(found):
            raise ArtifactUnreadable(f"HEAD {url}: '{found[:60]}' is not a digest")
        return found

    def _labels(self, wanted: Artifact, manifest: dict[str, Any]) -> Mapping[str, str]:
        if own := artifact.annotated(manifest):
            return own
        if first := artifact.first(manifest):
            manifest = self._manifest(wanted, first)
        configuration = artifact.configuration(manifest)
        if configuration is None:
            return {}
        return artifact.labelled(self._get("blobs", wanted._replace(reference=configuration)).document())

    def _manifest(self, beside: Artifact, digest: str) -> dict[str, Any]:
        return self._get("manifests", beside._replace(reference=digest)).document()

    def _get(self, kind: str, wanted: Artifact) -> _Found:
        url = self._place(kind, wanted)
        answer = self._answer("GET", url)
        body = answer.content
        return _Found(url, body, answer.headers.get(_DIGEST) or f"sha256:{sha256(body).hexdigest()}")

    def _answer(self, method: str, url: str) -> requests.Response:
        with asking(f"{method} {url}"):
            answer = self._client.request(
                method,
                url,
                headers={"Accept": MANIFESTS},
                timeout=self._timeout,
                verify=self._client.verify,  # said again, because a session's own gives way to REQUESTS_CA_BUNDLE
            )
        judge(answer, f"{method} {url}")
        return answer

    def _place(self, kind: str, wanted: Artifact) -> str:
        return f"{self._url}/v2/{wanted.repository}/{kind}/{wanted.reference}"
