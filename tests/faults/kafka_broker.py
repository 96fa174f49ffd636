"""Kafka: two topics, on the disk of a broker that is a cluster by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from confluent_kafka import Message

from tests.faults.flow import Event
from tests.kafka_topics import records
from tests.real.kafka.server import Listener, kafka
from tests.service import free_port


class Kafka:
    """Clients are told where a broker is by the broker itself: here, at the sidecar's end of the network."""

    def __init__(self, folder: Path, port: int) -> None:
        network = Listener("NETWORK", free_port(), port)
        direct = kafka(folder, [network])
        self.server = replace(direct, port=network.port)
        self._address = direct.address

    def sink(self, port: int) -> dict[str, Any]:
        """A sink that makes the topics as it needs them."""
        return {"type": "kafka", "brokers": [f"127.0.0.1:{port}"], "topic": "cicd.{format}"}

    def prepare(self) -> None:
        """Nothing: the topics are made by their names."""

    def crash(self) -> None:
        """What is acknowledged is in the topic's files, though perhaps not on the disk: it survives kill -9."""
        self.server.kill()

    def events(self) -> Sequence[Event]:
        """By partition, then in order: what has one key is in one partition."""
        found = [each for form in ("legacy", "cdevents") for each in records(self._address, f"cicd.{form}")]
        return [_event(each) for each in found]


def _event(record: Message) -> Event:
    headers: Any = record.headers()
    return Event({name.removeprefix("ce_"): value.decode() for name, value in headers}, record.value() or b"")
