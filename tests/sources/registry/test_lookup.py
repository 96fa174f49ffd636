"""Notifications get the labels of their images, if these can be had in time, and are kept in any case."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import orjson
import pytest
import responses
import structlog.testing

from adapters.mapping import Translator, load
from adapters.model import LOOKED_UP, Checkpoint, Notification, Receive
from adapters.sources.registry.lookup import PAUSE, looked_up
from adapters.sources.registry.settings import RegistryApi

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCE = "org.opencontainers.image.source"
FIRST, SECOND = (f"sha256:{digit * 64}" for digit in "12")
CHECKPOINT = Checkpoint("registry", "file", "7")


class Journal:
    """What was handed on."""

    def __init__(self) -> None:
        self.kept: list[Notification] = []
        self.checkpoints: list[Checkpoint] = []

    async def receive(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Keeps it."""
        self.kept += notifications
        self.checkpoints += checkpoints

    def labels(self) -> list[object]:
        """Those of each notification, by the digests of its images."""
        found = [orjson.loads(each.headers.get(LOOKED_UP, "null")) for each in self.kept]
        return [each and {purl[12:83]: labels[SOURCE] for purl, labels in each.items()} for each in found]


@pytest.fixture
def journal() -> Journal:
    """An empty one."""
    return Journal()


def translator() -> Translator:
    """That of a registry's notifications."""
    return load("registry/distribution", instance="https://registry.example.com/", variables={})


def receiver(
    journal: Journal, clock: Callable[[], float] = lambda: 0.0, mapping: Callable[[], Translator | None] = translator
) -> Receive:
    """What a source hands notifications to."""
    settings = RegistryApi(url="https://registry.example.com", timeout=3.0)
    return looked_up(journal.receive, "registry", settings, mapping, clock)


def notification(*digests: str, action: str = "push", useragent: str = "docker") -> Notification:
    """A registry's, of what was done with images of team/app."""
    request = {"id": "r", "host": "registry.example.com", "method": "PUT", "useragent": useragent}
    target = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "repository": "team/app"}
    events = [
        {
            "id": "e",
            "action": action,
            "timestamp": "2026-03-01T12:00:00Z",
            "request": request,
            "target": target | {"digest": each},
        }
        for each in digests
    ]
    return Notification("registry", orjson.dumps({"events": events}), AT, {"content-type": "application/json"})


def has(digest: str, source: str) -> responses.BaseResponse:
    """The registry has an image with this label."""
    url = f"https://registry.example.com/v2/team/app/manifests/{digest}"
    answer: responses.BaseResponse = responses.get(url, json={"annotations": {SOURCE: source}})
    return answer


@responses.activate
async def test_each_image_has_its_labels(journal: Journal) -> None:
    """In a header, beside those that came; with the checkpoints of the same moment."""
    has(FIRST, "one")
    has(SECOND, "two")
    await receiver(journal)([notification(FIRST, SECOND), notification(SECOND)], [CHECKPOINT])
    assert journal.labels() == [{FIRST: "one", SECOND: "two"}, {SECOND: "two"}]
    assert journal.kept[0].headers["content-type"] == "application/json"
    assert journal.checkpoints == [CHECKPOINT]


@responses.activate
async def test_an_image_is_asked_about_once(journal: Journal) -> None:
    """It is its digest, which never changes."""
    answer = has(FIRST, "one")
    receive = receiver(journal)
    for _ in range(3):
        await receive([notification(FIRST)])
    assert journal.labels() == [{FIRST: "one"}] * 3
    assert answer.call_count == 1


@responses.activate
async def test_what_cannot_be_had_is_left_out_and_said(journal: Journal) -> None:
    """Nothing is lost for it. A registry that is down is not asked by every notification, but after a while again."""
    url = f"https://registry.example.com/v2/team/app/manifests/{FIRST}"
    responses.get(url, status=503)
    now = 0.0
    receive = receiver(journal, clock=lambda: now)
    with structlog.testing.capture_logs() as logs:
        await receive([notification(FIRST, SECOND)])
        await receive([notification(FIRST)])
    assert [(each["event"], each["source"]) for each in logs] == [("the registry does not answer", "registry")]
    assert "answered 503" in logs[0]["reason"]
    responses.replace("GET", url, json={"annotations": {SOURCE: "one"}})
    now = PAUSE
    await receive([notification(FIRST)])
    assert journal.labels() == [None, None, {FIRST: "one"}]


@responses.activate
async def test_one_image_that_cannot_be_read_does_not_hide_others(journal: Journal) -> None:
    """It is said, and the registry goes on being asked."""
    responses.get(f"https://registry.example.com/v2/team/app/manifests/{FIRST}", status=403)
    has(SECOND, "two")
    with structlog.testing.capture_logs() as logs:
        await receiver(journal)([notification(FIRST, SECOND)])
    assert journal.labels() == [{SECOND: "two"}]
    assert ["answered 403" in each["reason"] for each in logs] == [True]


@responses.activate
async def test_an_image_that_is_gone_is_nothing_to_say(journal: Journal) -> None:
    """A deletion is told of what is not there any more."""
    responses.get(f"https://registry.example.com/v2/team/app/manifests/{FIRST}", status=404)
    with structlog.testing.capture_logs() as logs:
        await receiver(journal)([notification(FIRST, action="delete")])
    assert journal.labels() == [None]
    assert logs == []


@responses.activate
async def test_a_batch_waits_no_longer_than_it_may(journal: Journal) -> None:
    """What has not been asked for when time is out is left out."""
    has(FIRST, "one")
    has(SECOND, "two")
    ticks = itertools.count(0.0, 2.0)
    await receiver(journal, clock=lambda: next(ticks))([notification(FIRST, SECOND)])
    assert journal.labels() == [{FIRST: "one"}]


@responses.activate
@pytest.mark.parametrize(
    "heard",
    [
        notification(FIRST, action="mount"),
        notification(FIRST, action="pull", useragent="cdevents-adapters"),
        Notification("registry", b"rubbish", AT),
        Notification("registry", b'{"events": [{"action": "push", "target": 1}]}', AT),
    ],
)
async def test_what_is_about_no_image_asks_for_nothing(journal: Journal, heard: Notification) -> None:
    """What is ignored, one's own look at the labels, and what cannot be read, are kept as they are."""
    await receiver(journal)([heard])
    assert journal.kept == [heard]
    assert len(responses.calls) == 0


async def test_without_a_mapping_there_is_nothing_to_ask_for(journal: Journal) -> None:
    """Then there are legacy events only."""
    heard = notification(FIRST)
    await receiver(journal, mapping=lambda: None)([heard])
    assert journal.kept == [heard]
