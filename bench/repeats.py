"""What comes twice after kill -9: to each kind of sink on this machine, over many kills in the middle of a backlog.

What counts is what stands at the other side in the end: what a stream of NATS drops by its id is no repeat.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import orjson
import pytest

from adapters.journal.routelog import CAREFUL
from bench.clients import cluster
from bench.posted import Posted
from bench.table import Row
from tests import brokers
from tests.faults.flow import Broker, MakeBroker
from tests.faults.mqtt_broker import Mqtt
from tests.faults.nats_broker import Nats
from tests.faults.rabbitmq_broker import Rabbitmq
from tests.kafka_topics import records
from tests.service import free_port
from tests.test_repeats import waiting
from tests.waiting import until

RECORDS, KILLS = 60_000, 7

LONGEST = 0.1
"""Seconds at most from the first that is published after a start to the kill."""

SETTLED = 0.5
"""Seconds in which what was on its way has come."""

Place = tuple[Mapping[str, Any], Callable[[], int]]
"""The settings of a sink, and how many have come twice by now."""


def rows() -> Iterator[Row]:
    """The median, which is that of an ordinary kill, and the worst."""
    for name, place in PLACES.items():
        with suppress(pytest.skip.Exception), TemporaryDirectory(prefix="bench-") as folder:
            with place(Path(folder)) as (sink, twice):
                found = [after - before for before, after in pairwise(_lives(Path(folder), sink, twice))]
            yield Row(f"repeats: {name}, median of {KILLS} kills", median(found), "", at_most=9)
            yield Row(f"repeats: {name}, worst of them", max(found), "")


def _lives(folder: Path, sink: Mapping[str, Any], twice: Callable[[], int]) -> Iterator[int]:
    """How many have come twice after each life of a sidecar."""
    service, chance = waiting(folder, sink, RECORDS), random.Random(sink["type"])
    for _ in range(KILLS + 1):
        service.start()
        lag = service.lag()
        until(lambda: service.lag() < lag - CAREFUL)  # noqa: B023 - called at once
        time.sleep(chance.uniform(0, LONGEST))
        service.kill()
        assert lag > 2 * CAREFUL, "the backlog is too small"
        time.sleep(SETTLED)
        yield twice()


@contextmanager
def _http(_folder: Path, connections: int) -> Iterator[Place]:
    """A server that does nothing but to remember."""
    port, heard = free_port(), list[str]()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: _Heard(heard), "127.0.0.1", port))
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield (
        {"type": "http", "url": f"http://127.0.0.1:{port}/", "connections": connections},
        lambda: len(heard) - len(set(heard)),
    )
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    server.close()
    loop.close()


class _Heard(Posted):
    """Remembers the ids of the events that are posted."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    def posted(self, body: bytes) -> None:
        self._heard.append(orjson.loads(body)["id"])
        self.answer()


@contextmanager
def _file(folder: Path) -> Iterator[Place]:
    path = folder / "out.jsonl"

    def twice() -> int:
        ids = [orjson.loads(line)["id"] for line in path.read_bytes().splitlines()]
        return len(ids) - len(set(ids))

    yield {"type": "file", "path": "out.jsonl"}, twice


@contextmanager
def _broker(folder: Path, make: MakeBroker, **more: int) -> Iterator[Place]:
    made = make(folder, 0)
    with brokers.running(made.server):
        made.prepare()
        yield {**made.sink(made.server.port), **more}, partial(_twice, made, list[str]())


def _twice(broker: Broker, heard: list[str]) -> int:
    """A queue gives what it has, a stream all that it ever had."""
    ids = [orjson.loads(each.data)["id"] for each in broker.events()]
    heard[:] = ids if heard and ids[: len(heard)] == heard else [*heard, *ids]
    return len(heard) - len(set(heard))


@contextmanager
def _kafka(folder: Path, **more: int) -> Iterator[Place]:
    with cluster(folder) as address:

        def twice() -> int:
            ids = [orjson.loads(each.value() or b"")["id"] for each in records(address, "cicd")]
            return len(ids) - len(set(ids))

        yield {"type": "kafka", "brokers": address.split(","), "topic": "cicd", **more}, twice


PLACES: Mapping[str, Callable[[Path], AbstractContextManager[Place]]] = {
    "file": _file,
    "http over one connection": partial(_http, connections=1),
    "http over up to 32 connections": partial(_http, connections=32),
    "kafka": _kafka,
    "kafka, a window of 9": partial(_kafka, window=9),
    "mqtt": partial(_broker, make=Mqtt),
    "nats": partial(_broker, make=Nats),
    "rabbitmq": partial(_broker, make=Rabbitmq),
    "rabbitmq, a window of 9": partial(_broker, make=Rabbitmq, window=9),
}
