"""What the mapping of a registry's notifications promises."""

from __future__ import annotations

from copy import deepcopy

import pytest
from packageurl import PackageURL

from tests.mappings.support import REGISTRY, event, events, golden, goldens, translation

NOISE = ["push-blob", "pull-blob", "mount-blob", "pull-head", "push-referrers"]
ATTACHED = {"push-signature": "signature", "push-attestation": "attestation", "push-sbom": "sbom"}


def test_an_image_is_its_digest_in_its_repository() -> None:
    """A purl without a tag, with the registry that clients reach, however the notification names it."""
    body = golden(REGISTRY, "push-image.json")
    purl = PackageURL.from_string(event(REGISTRY, body).subject_id)
    digest = body["events"][0]["target"]["digest"]
    assert (purl.type, purl.name, purl.version) == ("oci", "app", digest)
    assert purl.qualifiers == {"repository_url": "registry.example.com/team/app"}
    public = PackageURL.from_string(event(REGISTRY, body, registry="images.example.com:5000").subject_id)
    assert public.qualifiers == {"repository_url": "images.example.com:5000/team/app"}


def test_another_tag_is_a_new_event_of_the_same_subject() -> None:
    """The image was published again, under another name."""
    first, again = (event(REGISTRY, golden(REGISTRY, f"{name}.json")) for name in ("push-image", "push-image-again"))
    assert again.subject_id == first.subject_id
    assert again.id != first.id
    assert [(each.custom_data or {})["tag"] for each in (first, again)] == ["1.4.2", "latest"]


def test_a_delivery_repeated_has_the_same_id() -> None:
    """Also in an envelope with others, and after a restart of the registry."""
    body = golden(REGISTRY, "push-image.json")
    again = deepcopy(body)
    again["events"][0] |= {"source": {"addr": "registry-1:5000", "instanceID": "another"}}
    ids = [event(REGISTRY, each).id for each in (body, again, golden(REGISTRY, "envelope-of-three.json"))]
    assert len(set(ids)) == 1


def test_the_id_can_be_made_of_what_the_log_has() -> None:
    """The registry's log has the request's id, not the notification's."""
    body = golden(REGISTRY, "push-image.json")
    again = deepcopy(body)
    again["events"][0]["id"] = "of another notification"
    assert event(REGISTRY, again).id == event(REGISTRY, body).id


@pytest.mark.parametrize("name", NOISE)
def test_what_is_on_the_way_of_an_image_is_ignored(name: str) -> None:
    """Layers, existence checks and lists of referrers are no artifacts."""
    assert translation(REGISTRY, golden(REGISTRY, f"{name}.json")).ignored == 1


def test_an_index_names_its_images() -> None:
    """So that whoever deploys one of them can find what was published."""
    data = event(REGISTRY, golden(REGISTRY, "push-index.json")).custom_data or {}
    child = golden(REGISTRY, "push-image-by-digest.json")["events"][0]["target"]["digest"]
    assert data["kind"] == "index"
    assert [reference["digest"] for reference in data["references"]] == [child]


def test_who_downloads_is_the_user_or_the_address() -> None:
    """Without the port, which means nothing."""
    body = golden(REGISTRY, "pull-image.json")
    assert event(REGISTRY, body).content == {"user": "ci-robot"}
    body["events"][0]["actor"] = {}
    addresses = {
        "192.0.2.7:49774": "192.0.2.7",
        "192.0.2.7": "192.0.2.7",
        "[2001:db8::7]:80": "2001:db8::7",
        "2001:db8::7": "2001:db8::7",  # as a proxy tells it
        "node": "node",
    }
    for address, user in addresses.items():
        body["events"][0]["request"]["addr"] = address
        assert event(REGISTRY, body).content == {"user": user}


def test_downloads_may_be_left_out() -> None:
    """There are as many as containers that start."""
    assert translation(REGISTRY, golden(REGISTRY, "pull-image.json"), downloads=False).ignored == 1


@pytest.mark.parametrize("name", ATTACHED)
def test_what_is_attached_to_an_image_is_told_of_the_image(name: str) -> None:
    """A signature is no image that was published, and no signature is made up for artifact.signed."""
    found = event(REGISTRY, golden(REGISTRY, f"{name}.json"))
    assert found.name == f"dev.cdeventsx.registry-{ATTACHED[name]}.attached.0.1.0"
    assert found.subject_id == event(REGISTRY, golden(REGISTRY, "push-image.json")).subject_id


def test_deleting_an_image_is_one_deletion() -> None:
    """Its tags go with it, one event each, of which none is about an artifact."""
    body = {"events": [each for each_body in goldens(REGISTRY, "delete-image.ndjson") for each in each_body["events"]]}
    found = events(REGISTRY, body)
    assert [each.name.split(".", 2)[-1] if "cdeventsx" in each.name else each.name for each in found] == [
        "artifact.deleted",
        "registry-tag.deleted.0.1.0",
        "registry-tag.deleted.0.1.0",
    ]
    assert found[0].subject_id == event(REGISTRY, golden(REGISTRY, "push-image.json")).subject_id
    assert len({each.id for each in found}) == 3
