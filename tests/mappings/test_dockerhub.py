"""What the mapping of Docker Hub's webhooks promises."""

from __future__ import annotations

from tests.mappings.support import event, golden

HUB = "dockerhub/webhook"


def test_the_second_may_be_written_as_a_fraction() -> None:
    """1772445661 and 1772445661.0 are one time, and one event."""
    assert event(HUB, golden(HUB, "push.json")) == event(HUB, golden(HUB, "push-float.json"))


def test_a_tag_pushed_again_is_another_event() -> None:
    """Of the same subject: which image it was is not said."""
    first, again = (event(HUB, golden(HUB, f"{name}.json")) for name in ("push", "push-again"))
    assert first.subject_id == again.subject_id == "pkg:docker/acme/app@1.4.2"
    assert first.id != again.id


def test_an_odd_tag_is_quoted() -> None:
    """A purl has rules of its own for what may stand in a version."""
    body = golden(HUB, "push.json")
    body["push_data"]["tag"] = "1.4+build 7"
    assert event(HUB, body).subject_id == "pkg:docker/acme/app@1.4%2Bbuild%207"
