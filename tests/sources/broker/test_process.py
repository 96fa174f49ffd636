"""A whole sidecar between brokers: killed, and fed with what it publishes itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.checkout import ROOT
from tests.service import Service, configuration
from tests.sources.broker.support import INSTANCE, Broker, Sent
from tests.waiting import eventually


@pytest.fixture
def started() -> Iterator[list[Service]]:
    """Services to be ended with the test."""
    services: list[Service] = []
    yield services
    for each in services:
        if each.process is not None and each.process.poll() is None:
            each.kill()


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


def _heard_and_delivered(sidecar: Service) -> tuple[float, float]:
    """How many messages of its own it has passed over, and how many it has published."""
    return _total(sidecar, "own_messages_heard_total"), _total(sidecar, "messages_delivered_total")


def _total(sidecar: Service, counter: str) -> float:
    """The sum of a counter over all its labels."""
    return sum(value for name, value in sidecar.metrics().items() if name.startswith(counter))
