"""How much is published again after a kill: what was under way, and not the batch that it was in."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.journal import Database, log
from adapters.model import Notification
from tests import brokers
from tests.receiver import Receiver, receiving
from tests.service import INSTANCE, Service, build, configuration
from tests.waiting import until

pytestmark = pytest.mark.slow

RECORDS, KILLS = 1000, 3
SOURCE = {"type": "webhook", "path": "/jenkins", "instance": INSTANCE, "mapping": "jenkins/notification"}


def waiting(folder: Path, sink: Mapping[str, Any], records: int = RECORDS) -> Service:
    """A sidecar whose journal has many builds to publish to a sink."""
    now, headers = datetime.now(UTC), {"content-type": "application/json"}
    with closing(Database(folder / "journal.db", create=True)) as database, database.transaction():
        log.append(database, [Notification("jenkins", build(number), now, headers) for number in range(records)], [])
    routes = {"cdevents": {"format": "cdevents", "sink": "sink"}}
    return Service(folder, configuration(sources={"jenkins": SOURCE}, sinks={"sink": sink}, routes=routes))


def _heard(receiver: Receiver, count: int) -> bool:
    return len(receiver.requests) >= count


@pytest.mark.parametrize(("connections", "most"), [(1, 1), (32, 32)])
def test_few_requests_are_made_again(tmp_path: Path, connections: int, most: int) -> None:
    """At most those that were under way: over each connection one."""
    chance = random.Random(connections)
    with receiving() as receiver:
        service = waiting(tmp_path, {"type": "http", "url": receiver.url, "connections": connections})
        for kill in range(1, KILLS + 1):
            service.start()
            mark = kill * 200 + chance.randrange(90)
            until(partial(_heard, receiver, mark))
            service.kill()
        service.start()
        until(lambda: not service.lag())
        assert service.stop() == 0
        ids = [orjson.loads(request.body)["id"] for request in receiver.requests]
    assert len(set(ids)) == RECORDS
    assert len(ids) - RECORDS <= most * KILLS


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """A sink of a broker, and the ids of what it was sent so far."""
    client = pytest.importorskip("paho.mqtt.client", reason="needs the extra mqtt")
    heard: list[str] = []
    with brokers.running(brokers.mosquitto(tmp_path)) as broker:
        subscriber = client.Client(client.CallbackAPIVersion.VERSION2)
        subscriber.on_message = lambda _client, _data, message: heard.append(orjson.loads(message.payload)["id"])
        subscriber.connect("127.0.0.1", broker.port)
        subscriber.subscribe("cicd/#", qos=1)
        subscriber.loop_start()
        yield {"type": "mqtt", "host": "127.0.0.1", "port": broker.port, "topic": "cicd/all"}, heard
        subscriber.disconnect()
        subscriber.loop_stop()


def test_few_messages_are_sent_again(tmp_path: Path, mosquitto: tuple[Mapping[str, Any], list[str]]) -> None:
    """Of several batches under way no more than the window is wide."""
    chance, records, window = random.Random(3), 4000, 5
    sink, heard = mosquitto
    service = waiting(tmp_path, {**sink, "window": window}, records)
    for _ in range(KILLS):
        service.start()
        until(partial(_advanced, service, service.lag() - 1 - chance.randrange(200)))
        service.kill()
    service.start()
    until(lambda: not service.lag())
    assert service.stop() == 0
    until(lambda: len(set(heard)) == records)
    assert len(heard) - records <= window * KILLS


def _advanced(service: Service, lag: float) -> bool:
    return service.lag() <= max(lag, 0)


def test_no_line_is_written_again(tmp_path: Path) -> None:
    """What stands in a file at a start is known there: a batch whose end was not noted yet, and a torn one."""
    chance, records, written = random.Random(7), 8000, tmp_path / "out.jsonl"
    service = waiting(tmp_path, {"type": "file", "path": "out.jsonl"}, records)
    for _ in range(2 * KILLS):
        mark = (written.stat().st_size if written.exists() else 0) + 1 + chance.randrange(100_000)
        service.start()
        until(partial(_reached, service, written, mark))
        service.kill()
    service.start()
    until(lambda: not service.lag())
    assert service.stop() == 0
    ids = [orjson.loads(line)["id"] for line in written.read_bytes().splitlines()]
    assert len(ids) == len(set(ids)) == records


def _reached(service: Service, path: Path, size: int) -> bool:
    return (path.exists() and path.stat().st_size >= size) or not service.lag()
