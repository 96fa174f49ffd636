"""A whole sidecar between brokers: killed, and fed with what it publishes itself."""

from __future__ import annotations

import asyncio
import http.client
import random
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import orjson
import pytest

from tests.checkout import ROOT
from tests.receiver import Receiver, receiving
from tests.service import INSTANCE as JENKINS
from tests.service import Service, build, configuration, ended
from tests.sources.broker.places import NatsStream
from tests.sources.broker.support import INSTANCE, Broker, Sent
from tests.waiting import eventually

pytestmark = pytest.mark.slow

BUILDS = 50


@pytest.fixture
def started() -> Iterator[list[Service]]:
    """Services to be ended with the test."""
    with ended() as services:
        yield services


async def test_a_killed_sidecar_loses_nothing(broker: Broker, tmp_path: Path, started: list[Service]) -> None:
    """Killed at any time between a delivery and its acknowledgement, it has published all in the end."""
    messages = [Sent(b'{"type":"ref-updated","n":%d}' % number, key=str(number)) for number in range(1000)]
    await broker.publish(*messages)
    parts = configuration(
        sources={"gerrit": {**broker.options(0), "instance": INSTANCE}},
        sinks={"out": {"type": "file", "path": "legacy.jsonl"}},
        routes={"legacy": {"format": "legacy", "sink": "out"}},
    )
    sidecar = Service(tmp_path, parts)
    started.append(sidecar)
    for _ in range(2):
        await asyncio.to_thread(sidecar.start)
        await _published(sidecar, len(_heard(sidecar)) + random.randint(1, 300))
        sidecar.kill()
    await asyncio.to_thread(sidecar.start)
    await _published(sidecar, 1000)
    assert _heard(sidecar) == {*range(1000)}


async def test_a_lost_volume_loses_nothing(broker: Broker, tmp_path: Path, started: list[Service]) -> None:
    """Acknowledged when delivered: killed, its journal gone with its machine, the broker has what was not published.

    What comes again comes in its order, so that nobody hears of an end before its beginning; but NATS gives what was in
    hand only after `ack_wait`, behind what came meanwhile.
    """
    await broker.publish(*(Sent(b'{"type":"ref-updated","n":%d}' % number, key="one") for number in range(1000)))
    parts = configuration(
        sources={"gerrit": {**broker.options(0), "instance": INSTANCE, "ack": "delivered"}},
        sinks={"out": {"type": "file", "path": "legacy.jsonl"}},
        routes={"legacy": {"format": "legacy", "sink": "out"}},
    )
    sidecar = Service(tmp_path, parts)
    started.append(sidecar)
    for _ in range(3):
        await asyncio.to_thread(sidecar.start)
        await _published(sidecar, len(_heard(sidecar)) + random.randint(1, 300))
        sidecar.kill()
        for file in tmp_path.glob("journal.db*"):
            file.unlink()
    await asyncio.to_thread(sidecar.start)
    await _published(sidecar, 1000)
    said = [orjson.loads(line)["data"]["n"] for line in (tmp_path / "legacy.jsonl").read_bytes().splitlines()]
    first = [*dict.fromkeys(said)]
    assert (sorted(first) if isinstance(broker, NatsStream) else first) == [*range(1000)]


async def _published(sidecar: Service, count: int) -> None:
    await eventually(lambda: len(_heard(sidecar)) >= min(count, 1000))


def _heard(sidecar: Service) -> set[int]:
    """The numbers that were published; a line that is being written does not count yet."""
    path = sidecar.folder / "legacy.jsonl"
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return {orjson.loads(line)["data"]["n"] for line in lines if line.endswith(b"\n")}


async def test_what_it_publishes_does_not_come_back(broker: Broker, tmp_path: Path, started: list[Service]) -> None:
    """Both forms, in every encoding, to where it listens: each is heard and passed over, before a restart and after."""
    encodings, formats = ("structured", "binary", "raw"), ("legacy", "cdevents")
    parts = configuration(
        sources={"gerrit": {**broker.options(0), "instance": INSTANCE, "mapping": "gerrit/events"}},
        sinks={"back": broker.sink()},
        routes={
            f"{format_}-{encoding}": {"format": format_, "sink": "back", "encoding": encoding}
            for encoding in encodings
            for format_ in formats
        },
    )
    sidecar = Service(tmp_path, parts)
    started.append(sidecar)
    expected = len(formats) * len(encodings)
    for said in ("branch-created.json", "branch-deleted.json"):
        await asyncio.to_thread(sidecar.start)
        await broker.publish(Sent((ROOT / "mappings/gerrit/events/inputs" / said).read_bytes()))
        await eventually(lambda: min(_heard_and_delivered(sidecar)) >= expected)
        assert _heard_and_delivered(sidecar) == (expected, expected)
        assert _total(sidecar, "notifications_received_total") == 1
        assert sidecar.stop() == 0


async def test_cdevents_of_another_adapter_are_acted_on_once(
    broker: Broker, tmp_path: Path, started: list[Service]
) -> None:
    """Each calls an endpoint: also when they come again, and when the one who acts was killed meanwhile."""
    await broker.publish(Sent(b'{"said by":"a tool"}'))
    with receiving() as endpoint:
        publishes, acts = (Service(_folder(tmp_path, name)) for name in ("publishes", "acts"))
        publishes.config, acts.config = _publishing(broker), _acting(broker, endpoint.url.partition("/events")[0])
        for each in (publishes, acts):
            started.append(each)
            await asyncio.to_thread(each.start)
        await _finished(publishes, BUILDS)
        await eventually(lambda: len(endpoint.requests) >= BUILDS // 5)
        acts.kill()
        await asyncio.to_thread(acts.start)
        await _finished(publishes, BUILDS + 1)
        called = partial(_called, endpoint)
        await eventually(lambda: len(called()) == BUILDS + 1 and not publishes.lag() and not acts.lag())
    assert called().total() <= BUILDS + 2, "beside the one that was under way when it was killed, one was called again"


def _called(endpoint: Receiver) -> Counter[str]:
    return Counter(request.headers["idempotency-key"] for request in endpoint.requests)


async def _finished(sidecar: Service, count: int) -> None:
    """Tells it of the ends of so many builds."""
    for number in range(count):
        status, _ = await asyncio.to_thread(sidecar.ask, "POST", "/jenkins", build(number))
        assert status == http.client.ACCEPTED


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def _publishing(broker: Broker) -> str:
    """What hears Jenkins, and publishes both forms."""
    jenkins = {"type": "webhook", "path": "/jenkins", "instance": JENKINS, "mapping": "jenkins/notification"}
    return configuration(
        sources={"jenkins": jenkins},
        sinks={"broker": broker.sink()},
        routes={name: {"format": name, "sink": "broker"} for name in ("legacy", "cdevents")},
    )


def _acting(broker: Broker, url: str) -> str:
    """What calls an endpoint for each run of which others say that it has finished."""
    return configuration(
        sources={"events": {**broker.options(0), "cdevents": True}},
        sinks={"call": {"type": "http-call", "url": url + "/${customData.number}", "done": "done.db"}},
        routes={"calls": {"format": "cdevents", "sink": "call", "types": ["pipelinerun.finished"]}},
    )


def _heard_and_delivered(sidecar: Service) -> tuple[float, float]:
    """How many messages of its own it has passed over, and how many it has published."""
    return _total(sidecar, "messages_passed_over_total"), _total(sidecar, "messages_delivered_total")


def _total(sidecar: Service, counter: str) -> float:
    """The sum of a counter over all its labels."""
    return sum(value for name, value in sidecar.metrics().items() if name.startswith(counter))
