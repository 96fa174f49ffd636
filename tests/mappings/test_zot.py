"""What the mapping of zot's events promises."""

from __future__ import annotations

from adapters.goldens import sent
from adapters.mapping.library import find
from tests.mappings.support import event, golden, translation

ZOT = "zot/events"


def test_binary_and_structured_events_are_the_same() -> None:
    """Whether a broker in between has changed the CloudEvents mode or not."""
    [binary] = sent(find(ZOT).with_name("inputs") / "image-updated.http")
    assert event(ZOT, binary.body, binary.headers) == event(ZOT, golden(ZOT, "image-updated-structured.json"))


def test_without_its_headers_an_event_is_not_known() -> None:
    """What it is stands in ce-type alone: it is unmatched, not guessed."""
    [binary] = sent(find(ZOT).with_name("inputs") / "image-updated.http")
    assert translation(ZOT, binary.body).unmatched == 1


def test_the_image_is_where_clients_reach_it() -> None:
    """Its own source names no host: the configured one counts, or else the instance's."""
    body = golden(ZOT, "image-updated-structured.json")
    assert event(ZOT, body).subject_id.endswith("?repository_url=zot.example.com/team/app")
    assert event(ZOT, body, registry="r.example.com").subject_id.endswith("?repository_url=r.example.com/team/app")
