"""What the mapping of Quay's notifications promises."""

from __future__ import annotations

import pytest

from adapters.mapping import load
from adapters.model import Notification
from tests.mappings.support import HEARD, event, events, golden, instance

QUAY = "quay/notification"


def test_each_tag_of_a_push_is_an_event() -> None:
    """With the time at which it was heard, which is marked as such."""
    found = events(QUAY, golden(QUAY, "push.json"))
    assert [each.subject_id.partition("?")[0] for each in found] == [
        "pkg:docker/acme/app@1.4.2",
        "pkg:docker/acme/app@latest",
    ]
    assert {each.timestamp for each in found} == {"2026-01-02T03:04:05.000Z"}
    assert all((each.custom_data or {})["timestamp"] == "received" for each in found)


def test_old_versions_name_the_same_tags() -> None:
    """They sent an object, from each tag to the id of its image."""
    body = golden(QUAY, "push.json")
    old = body | {"updated_tags": {"1.4.2": "9c1f", "latest": "9c1f"}}
    assert events(QUAY, old) == events(QUAY, body)


def test_a_tag_pushed_again_is_another_event() -> None:
    """Nothing in a notification tells two pushes of `latest` from each other, but when they were heard."""
    translator = load(QUAY, instance=instance(QUAY), variables={})
    body = b'{"repository": "acme/app", "docker_url": "quay.io/acme/app", "updated_tags": ["latest"]}'
    heard = [Notification("quay", body, moment) for moment in (HEARD, HEARD, HEARD.replace(second=6))]
    ids = [translator.translate(each).events[0].id for each in heard]
    assert ids[0] == ids[1] != ids[2]


def test_a_build_is_only_said_to_be_what_is_known() -> None:
    """Queued and failed show by their members; all else looks alike."""
    assert event(QUAY, golden(QUAY, "build-queued.json")).name == "pipelinerun.queued"
    failed = event(QUAY, golden(QUAY, "build-failed.json"))
    assert (failed.name, failed.content["outcome"]) == ("pipelinerun.finished", "failure")
    assert event(QUAY, golden(QUAY, "build-succeeded.json")).name == "dev.cdeventsx.quay-build.changed.0.1.0"


@pytest.mark.parametrize(
    ("what", "name", "outcome"),
    [
        ("build_start", "pipelinerun.started", None),
        ("build_success", "pipelinerun.finished", "success"),
        ("build_cancelled", "pipelinerun.finished", "cancel"),
    ],
)
def test_a_source_for_one_event_knows_what_it_is(what: str, name: str, outcome: str | None) -> None:
    """Then a build has its start and its outcome."""
    found = event(QUAY, golden(QUAY, "build-succeeded.json"), event=what)
    assert (found.name, found.content.get("outcome")) == (name, outcome)


def test_a_failed_build_is_one_event_however_it_is_known() -> None:
    """Its id has no time in it: builds have an id of their own."""
    body = golden(QUAY, "build-failed.json")
    assert event(QUAY, body).id == event(QUAY, body, event="build_failure").id
