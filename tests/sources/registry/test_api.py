"""What a registry tells of an artifact: its kind, its signature, and labels; and nothing that leads anywhere else."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from requests import exceptions

from adapters.errors import AdapterError
from adapters.sources.registry.answers import LARGEST, ArtifactUnreadable, NoSuchArtifact, RegistrySilent
from adapters.sources.registry.api import MANIFESTS, Registry
from adapters.sources.registry.artifact import LONGEST, Artifact
from adapters.sources.registry.settings import RegistryApi

PREFIX = "org.opencontainers.image."
LABELS = {f"{PREFIX}revision": "2e" * 20, f"{PREFIX}source": "https://gerrit.example.com/c/team/app/+/4711"}
BASE = "https://registry.example.com/v2/team/app"
INDEX, FIRST, SECOND, CONFIG, ATTESTED = (f"sha256:{digit * 64}" for digit in "12345")
OTHERS = {"maintainer": "somebody", f"{PREFIX}licenses": "Apache-2.0", f"{PREFIX}url": "u" * (LONGEST + 1)}


def told(reference: str, **settings: str) -> dict[str, Any]:
    """All that a registry tells of an artifact of team/app."""
    registry = Registry(RegistryApi.model_validate({"url": "https://registry.example.com/", **settings}))
    return {name: value for piece in registry.told(Artifact("team/app", reference)) for name, value in piece.items()}


def labels(digest: str, **settings: str) -> dict[str, str]:
    """Those that a registry tells of an image of team/app."""
    return {name: value for name, value in told(digest, **settings).items() if name.startswith(PREFIX)}


def has(kind: str, digest: str, document: Any) -> None:
    """The registry has this."""
    responses.get(f"{BASE}/{kind}/{digest}", json=document)


def configured(digest: str, labels: Any) -> None:
    """The registry has an image with these labels."""
    has("manifests", digest, {"schemaVersion": 2, "config": {"digest": CONFIG}, "layers": []})
    has("blobs", CONFIG, {"config": {"Labels": labels}})


@responses.activate
def test_an_image_has_the_labels_of_its_configuration() -> None:
    """Those that say what it was built from; others, and values of any length, are passed over."""
    configured(FIRST, LABELS | OTHERS)
    assert labels(FIRST, username="u", password="s3cret") == LABELS
    for call in responses.calls:
        assert call.request.headers["Authorization"].startswith("Basic ")
        assert call.request.headers["User-Agent"] == "cdevents-adapters"
    assert responses.calls[0].request.headers["Accept"] == MANIFESTS


@responses.activate
def test_annotations_are_labels_too() -> None:
    """As tools write them that know no configuration; then nothing else is asked."""
    has("manifests", FIRST, {"config": {"digest": CONFIG}, "annotations": LABELS | OTHERS})
    assert labels(FIRST) == LABELS
    assert len(responses.calls) == 1


@responses.activate
def test_an_index_has_the_labels_of_its_first_image() -> None:
    """And not those of what a builder attests about its images."""
    attested = {"digest": ATTESTED, "platform": {"architecture": "unknown", "os": "unknown"}}
    images = [{"digest": each, "platform": {"os": "linux"}} for each in (FIRST, SECOND)]
    has("manifests", INDEX, {"manifests": [attested, *images]})
    configured(FIRST, LABELS)
    assert labels(INDEX) == LABELS


@responses.activate
def test_an_artifact_says_what_it_is() -> None:
    """By its types and what it belongs to, of which it has the labels; its configuration is no image's."""
    bom = {"mediaType": "application/vnd.cyclonedx+json", "digest": SECOND}
    manifest = {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": "application/vnd.cyclonedx+json",
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": ATTESTED},
        "layers": [bom, bom],
        "subject": {"digest": FIRST},
    }
    has("manifests", INDEX, manifest)
    configured(FIRST, LABELS)
    assert told(INDEX) == LABELS | {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": "application/vnd.cyclonedx+json",
        "config": "application/vnd.oci.empty.v1+json",
        "layers": ["application/vnd.cyclonedx+json"],
        "subject": FIRST,
    }


@responses.activate
def test_a_signature_is_told_with_its_text() -> None:
    """Of one more document; what is gone that it belongs to is but without labels."""
    layer = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "digest": CONFIG, "size": 900}
    has("manifests", INDEX, {"layers": [layer], "subject": {"digest": FIRST}})
    has("blobs", CONFIG, {"messageSignature": {"signature": "MEUC"}})
    responses.get(f"{BASE}/manifests/{FIRST}", status=404)
    registry = Registry(RegistryApi(url="https://registry.example.com"))
    pieces = registry.told(Artifact("team/app", INDEX))
    assert next(pieces)["subject"] == FIRST
    assert next(pieces)["signature"] == "MEUC"
    with pytest.raises(NoSuchArtifact):
        next(pieces)


@responses.activate
def test_a_tag_is_what_it_points_to_now() -> None:
    """The registry says its digest, or the manifest is counted."""
    responses.get(f"{BASE}/manifests/1.4", json={}, headers={"Docker-Content-Digest": SECOND})
    assert told("1.4") == {"digest": SECOND}
    responses.replace("GET", f"{BASE}/manifests/1.4", body=b"{}")
    assert told("1.4") == {"digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}


@responses.activate
@pytest.mark.parametrize(
    "manifest",
    [
        {},
        [],
        {"config": None, "annotations": None},
        {"config": {"digest": "../../../secret"}},
        {"manifests": ["x", {"digest": "latest"}]},
        {"manifests": {}},
        {"manifests": 7, "config": 7},
        {"annotations": {f"{PREFIX}source": 1}},
    ],
)
def test_whatever_was_pushed_has_no_labels(manifest: Any) -> None:
    """A manifest is anybody's JSON: what is not as it should be is not there."""
    has("manifests", FIRST, manifest)
    assert labels(FIRST) == {}


@responses.activate
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 503}, RegistrySilent),
        ({"status": 429}, RegistrySilent),
        ({"status": 401}, ArtifactUnreadable),
        ({"body": "<html>"}, ArtifactUnreadable),
        ({"body": "[" * 100_000}, ArtifactUnreadable),
        ({"body": "x" * (LARGEST + 1)}, ArtifactUnreadable),
    ],
    ids=["503", "429", "401", "html", "deep", "large"],
)
def test_no_usable_answer_is_an_error_without_secrets(answer: dict[str, Any], error: type[AdapterError]) -> None:
    """It says what was asked for, whether now or ever, and no more than a manifest's bytes are read."""
    responses.get(f"{BASE}/manifests/{FIRST}", **answer)
    with pytest.raises(error, match=f"GET {BASE}/manifests/{FIRST}") as failed:
        labels(FIRST, username="u", password="s3cret")
    assert "s3cret" not in str(failed.value)


@responses.activate
def test_no_answer_at_all_is_an_error() -> None:
    """It may be starting."""
    responses.get(f"{BASE}/manifests/{FIRST}", body=exceptions.ReadTimeout("too slow"))
    with pytest.raises(RegistrySilent, match="no answer in time"):
        labels(FIRST)


@responses.activate
def test_an_image_that_is_not_there_is_another_error() -> None:
    """It was deleted, or is in another registry: nothing is wrong."""
    responses.get(f"{BASE}/manifests/{FIRST}", status=404)
    with pytest.raises(NoSuchArtifact):
        labels(FIRST)
