"""A broker that hangs holds up its own route, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests import brokers
from tests.brokers import Server
from tests.route.conftest import Bench, Recorder, built, running
from tests.waiting import eventually


class Hanging(Protocol):
    """A broker that can be made to hang."""

    def pause(self) -> None: ...  # noqa: D102 - said above

    def resume(self) -> None: ...  # noqa: D102 - the same


Settings = dict[str, Any]
Running = AbstractContextManager[tuple[Hanging, Settings]]


@contextmanager
def kafka(_folder: Path) -> Iterator[tuple[Hanging, Settings]]:
    """A cluster."""
    with brokers.kafka() as cluster:
        yield cluster, {"type": "kafka", "brokers": cluster.brokers.split(","), "topic": "cicd"}


def nats(folder: Path) -> Running:
    """A server with a stream."""
    server = brokers.nats(folder)
    stream = {"name": "CICD", "subjects": ["cicd"]}
    return started(server, {"type": "nats", "servers": [server.address], "subject": "cicd", "stream": stream})


def mqtt(folder: Path) -> Running:
    """A broker that nobody has subscribed to."""
    server = brokers.mosquitto(folder)
    return started(server, {"type": "mqtt", "host": "127.0.0.1", "port": server.port, "topic": "cicd"})


@contextmanager
def started(server: Server, settings: Settings) -> Iterator[tuple[Hanging, Settings]]:
    """A server that runs, and goes on in the end, so that it can be stopped."""
    with brokers.running(server):
        yield server, settings


@pytest.mark.parametrize(
    ("client", "broker"), [("confluent_kafka", kafka), ("nats", nats), ("paho", mqtt)], ids=["kafka", "nats", "mqtt"]
)
async def test_a_broker_that_hangs_holds_up_no_neighbour(
    bench: Bench, tmp_path: Path, client: str, broker: Callable[[Path], Running]
) -> None:
    """The other route passes everything meanwhile; when the broker goes on, so does its own."""
    pytest.importorskip(client)
    with broker(tmp_path) as (hanging, settings):
        sink = built({"timeout": 2, **settings})
        neighbour = Recorder()
        async with running(bench.route(sink, "hanging", sleep=asyncio.sleep), bench.route(neighbour, "neighbour")):
            await bench.hear("first")
            await eventually(lambda: bench.journal.cursor("hanging") == 1)
            hanging.pause()
            for number in range(100):
                await bench.hear(str(number))
            await eventually(lambda: bench.journal.cursor("neighbour") == 101)
            assert bench.journal.cursor("hanging") == 1
            hanging.resume()
            await eventually(lambda: bench.journal.cursor("hanging") == 101)
        await sink.aclose()
    assert neighbour.data() == ["first", *map(str, range(100))]
