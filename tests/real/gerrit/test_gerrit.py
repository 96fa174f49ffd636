"""What a real Gerrit sends, and that it is the same events whichever way it comes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.cdevents import validation
from adapters.model import Spec
from tests.real.gerrit import server, story
from tests.real.troubles import assert_untroubled
from tests.service import Service, configuration, free_port, running
from tests.waiting import until

pytestmark = pytest.mark.real

Event = dict[str, Any]

PATIENCE = 180.0
"""Seconds that something which happened in Gerrit may take to be published."""

OF_CHANGES = (
    "patchset-created",
    "comment-added",
    "change-merged",
    "change-abandoned",
    "change-restored",
    "wip-state-changed",
    "private-state-changed",
)
"""What the REST API tells of."""

FILES = {name: {"type": "file", "path": f"{name}.jsonl"} for name in ("webhook", "stream", "api", "said")}

STORY = """
repository.created demo/service
branch.created master
change.created ~1
change.reviewed ~1
change.reviewed ~1
change.updated ~1
change.updated ~1
change.reviewed ~1
change.reviewed ~1
change.merged ~1
change.created ~2
change.abandoned ~2
change.updated ~2
change.updated ~2
change.created ~3
change.created ~4
change.reviewed ~4
change.merged ~4
change.created ~5
change.reviewed ~5
change.merged ~5
change.created ~6
change.reviewed ~6
change.merged ~6
change.created ~7
change.reviewed ~7
change.merged ~7
branch.created release/1.x
repository.modified demo/service
repository.modified demo/service
branch.created direct
branch.created other
branch.deleted release/1.x
branch.deleted direct
branch.deleted other
branch.created end-of-story
"""
"""Type and subject of each CDEvent that is no custom one."""


@dataclass(frozen=True)
class Told:
    """A sidecar that heard the whole story of a Gerrit, as it happened: by webhook, by stream, and by asking."""

    gerrit: server.Gerrit
    sidecar: Service


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A story told to a real Gerrit, and heard."""
    folder, port = tmp_path_factory.mktemp("gerrit"), free_port()
    with server.running(folder, f"http://127.0.0.1:{port}/gerrit") as gerrit:
        sidecar = Service(tmp_path_factory.mktemp("sidecar"), _both_ways(gerrit), port=port)
        sidecar.start()
        try:
            until(lambda: "gap filled" in sidecar.log(), timeout=PATIENCE)
            story.tell(gerrit, folder / "work")
            until(lambda: all(_ended(sidecar.published(way)) for way in ("webhook", "stream")), timeout=PATIENCE)
            until(lambda: len(_lasting(sidecar, "api")) >= len(_lasting(sidecar, "stream")), timeout=PATIENCE)
            yield Told(gerrit, sidecar)
        finally:
            sidecar.stop()


@pytest.fixture(scope="module")
def filled(told: Told, tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """What a backfill makes of what changes tell afterwards."""
    with running(tmp_path_factory.mktemp("afterwards"), _afterwards(told.gerrit)) as sidecar:
        until(lambda: "gap filled" in sidecar.log(), timeout=PATIENCE)
        assert sidecar.stop() == 0
        return sidecar.published("stream")


def test_the_story_is_told(told: Told) -> None:
    """Each thing that happened is one event, in the order in which it happened, and nothing else is."""
    assert [_line(each) for each in told.sidecar.published("stream") if "cdeventsx" not in each["type"]] == STORY.split(
        "\n"
    )[1:-1]


def test_nothing_is_unmatched_or_parked(told: Told) -> None:
    """Every event of a Gerrit is one that the mapping knows, and can translate."""
    assert_untroubled(told.sidecar)


def test_all_are_valid(told: Told) -> None:
    """Each is a CDEvent by the schema of its type."""
    events = [each["data"] for way in ("webhook", "stream") for each in told.sidecar.published(way)]
    assert [problem for event in events for problem in validation.problems(event, Spec.V0_5_1)] == []


def test_the_api_tells_the_same(told: Told, filled: list[Event]) -> None:
    """Asked meanwhile or afterwards, of the changes that are left; ids without a time are the same."""
    heard = _lasting(told.sidecar, "stream")
    for asked in (_lasting(told.sidecar, "api"), filled):
        assert sorted(map(_content, asked)) == sorted(map(_content, heard))
        assert {each["id"] for each in asked if _is_timeless(each)} == {
            each["id"] for each in heard if _is_timeless(each)
        }


def test_what_is_asked_for_again_is_told_once(told: Told) -> None:
    """Every second the same changes are asked for, and nothing of them is published twice."""
    ids = [each["id"] for each in told.sidecar.published("api")]
    assert len(ids) == len(set(ids))


def test_all_that_an_event_follows_was_told(told: Told, filled: list[Event]) -> None:
    """However a change was submitted, and whichever way it is heard, links lead to events that there are."""
    for published in (*map(told.sidecar.published, ("webhook", "stream")), _lasting(told.sidecar, "api"), filled):
        links = [link for each in published for link in each["data"]["context"].get("links", ())]
        assert links
        assert {link["from"]["contextId"] for link in links} <= {each["id"] for each in published}


def test_both_ways_are_the_same_events(told: Told) -> None:
    """The webhook and the stream give CDEvents of the same ids, types, times, chains, links and subjects."""
    webhook, stream = (_identities(told.sidecar.published(way)) for way in ("webhook", "stream"))
    assert webhook == stream


def _both_ways(gerrit: server.Gerrit) -> str:
    """A configuration that hears a Gerrit in three ways, and has a file for each, and for what was said."""
    webhook = {"type": "webhook", "path": "/gerrit", **_mapped(gerrit)}
    ways = ("webhook", "stream", "api")
    routes: dict[str, object] = {way: {"format": "cdevents", "sink": way, "sources": [way]} for way in ways}
    routes["said"] = {"format": "legacy", "sink": "said", "sources": ["webhook", "stream"]}
    stream = _stream(gerrit, backfill="none")
    login = {"username": "admin", "password": "secret"}
    api = {"type": "gerrit-api", "poll": "1s", "since": "2020-01-01T00:00:00Z", **_mapped(gerrit), **login}
    return configuration(sources={"webhook": webhook, "stream": stream, "api": api}, sinks=FILES, routes=routes)


def _afterwards(gerrit: server.Gerrit) -> str:
    """A configuration that asks a Gerrit for all that there was."""
    http = {"username": "admin", "password": "secret"}
    stream = _stream(gerrit, backfill="changes", since="2020-01-01T00:00:00Z", window="36500d", http=http)
    routes = {"stream": {"format": "cdevents", "sink": "stream"}}
    return configuration(sources={"stream": stream}, sinks=FILES, routes=routes)


def _stream(gerrit: server.Gerrit, **filling: object) -> dict[str, object]:
    files = {name: str(gerrit.folder / name) for name in ("key", "known_hosts")}
    address = {"host": "127.0.0.1", "port": gerrit.ssh_port, "username": "admin"}
    return {"type": "gerrit-stream", **_mapped(gerrit), **address, **files, **filling}


def _mapped(gerrit: server.Gerrit) -> dict[str, object]:
    return {"instance": gerrit.url, "mapping": "gerrit/events", "variables": {"minor_events": True}}


def _identities(published: list[Event]) -> Event:
    """By id, all but attributes of changes: Gerrit looks those up when it serialises, for each way by itself."""
    return {each["id"]: (each["data"]["context"], each["subject"]) for each in published}


def _lasting(sidecar: Service, way: str) -> list[Event]:
    """What was heard of the changes that are left, and that changes tell of."""
    return [each for each in sidecar.published(way) if not each["subject"].endswith(story.DELETED) and _of_change(each)]


def _of_change(event: Event) -> bool:
    return event["data"]["customData"]["event"] in OF_CHANGES


def _is_timeless(event: Event) -> bool:
    return event["data"]["customData"]["event"] in ("patchset-created", "change-merged")


def _content(event: Event) -> str:
    """What it says, but for what no message tells: when Gerrit said so, how the change was then, the merge commit."""
    untold = ("change", "newRev", "private")
    said = {name: value for name, value in event["data"]["customData"].items() if name not in untold}
    return f"{_line(event)} {json.dumps(said, sort_keys=True)}"


def _line(event: Event) -> str:
    kind = ".".join(event["type"].removeprefix("dev.cdevents.").split(".")[:2])
    return f"{kind} {event['subject'].removeprefix('demo%2Fservice')}"


def _ended(published: list[Event]) -> bool:
    return any(each["data"]["subject"]["id"] == story.LAST for each in published)
