"""What the mappings of all registries promise alike."""

from __future__ import annotations

import pytest
from packageurl import PackageURL

from adapters.goldens import Suite, run
from adapters.mapping.library import find
from adapters.model import CDEvent

SIGNATURES = {
    "acr/webhook": "push-signature",
    "artifactory/webhook": "pushed-signature",
    "dockerhub/webhook": "push-signature",
    "ecr/eventbridge": "push-signature",
    "gcr/pubsub": "insert-signature",
    "github/package": "signature",
    "harbor/webhook": "pushed-signature",
    "quay/notification": "push-signature",
    "registry/distribution": "push-signature",
    "zot/events": "image-updated-signature",
}
PUBLISHED = {
    "acr/webhook": "push",
    "artifactory/webhook": "pushed",
    "ecr/eventbridge": "push",
    "gcr/pubsub": "insert",
    "github/package": "registry-package",
    "harbor/webhook": "pushed",
    "registry/distribution": "push-image",
    "zot/events": "image-updated",
}
UNTAGGED = {
    "artifactory/webhook": "pushed-untagged",
    "ecr/eventbridge": "push-untagged",
    "gcr/pubsub": "insert-untagged",
    "github/package": "untagged",
    "harbor/webhook": "pushed-untagged",
    "registry/distribution": "push-image-by-digest",
    "zot/events": "image-updated-by-digest",
}
BY_TAG = {"dockerhub/webhook": "push", "nexus/webhook": "image-created", "quay/notification": "push"}
SUITES: dict[str, Suite] = {mapping: run(mapping) for mapping in [*SIGNATURES, *BY_TAG]}


def made(mapping: str, name: str) -> CDEvent:
    """The first event that a mapping makes of one of its inputs."""
    (golden,) = [golden for golden in SUITES[mapping].goldens if golden.input.stem == name]
    event: CDEvent = golden.events[0]
    return event


@pytest.mark.parametrize("mapping", PUBLISHED)
def test_an_image_is_its_digest_in_its_repository(mapping: str) -> None:
    """A purl of the type oci, with no tag, which is in customData, and with where to pull it from."""
    event = made(mapping, PUBLISHED[mapping])
    purl = PackageURL.from_string(event.subject_id)
    assert (event.name, purl.type, purl.name) == ("artifact.published", "oci", "app")
    assert str(purl.version).startswith("sha256:")
    assert purl.qualifiers.keys() == {"repository_url"}
    assert purl.qualifiers["repository_url"].endswith("/team/app") or mapping == "github/package"
    assert (event.custom_data or {})["tag"] == "1.4.2"


@pytest.mark.parametrize("mapping", UNTAGGED)
def test_an_image_without_a_tag_has_none(mapping: str) -> None:
    """Whatever stands in its place: nothing, an empty text, or the digest once more."""
    event = made(mapping, UNTAGGED[mapping])
    assert event.name == "artifact.published"
    assert "tag" not in (event.custom_data or {})


@pytest.mark.parametrize("mapping", SIGNATURES)
def test_a_signature_is_told_of_the_image_that_it_belongs_to(mapping: str) -> None:
    """It is no image that was published, and no signature is made up for artifact.signed."""
    event = made(mapping, SIGNATURES[mapping])
    assert event.name.startswith("dev.cdeventsx.")
    assert "attached" in event.name
    if mapping in PUBLISHED:
        assert event.subject_id == made(mapping, PUBLISHED[mapping]).subject_id


@pytest.mark.parametrize("mapping", BY_TAG)
def test_without_a_digest_an_image_is_named_by_its_tag(mapping: str) -> None:
    """A purl of the type docker, whose version is the tag: no digest is made up."""
    purl = PackageURL.from_string(made(mapping, BY_TAG[mapping]).subject_id)
    assert (purl.type, purl.name, purl.version) == ("docker", "app", "1.4.2")


@pytest.mark.parametrize("mapping", SUITES)
def test_its_header_says_how_its_requests_are_known(mapping: str) -> None:
    """By the webhook source's `auth`, or, where the tool has nothing to offer, by a path that nobody guesses."""
    header = find(mapping).read_text(encoding="utf-8").partition("cdevents:")[0]
    assert "`auth" in header or "a `path` that nobody" in header.replace("\n# ", " ")
