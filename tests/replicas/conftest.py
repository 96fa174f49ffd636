"""The brokers of config/replicas, each with a network between itself and what the replicas publish."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aio_pika
import nats
import orjson
import pytest

from tests import brokers
from tests.faults.proxy import Proxy
from tests.kafka_topics import records
from tests.real.kafka.server import Listener, kafka
from tests.service import free_port
from tests.sources.broker.groups import MEMBER

Event = dict[str, Any]


class Broker(Protocol):
    """A real broker; `network` is cut where a sink is to be away."""

    name: str
    network: Proxy

    def source(self) -> dict[str, Any]:
        """What a source has otherwise than in the ready configuration."""

    def sink(self, *, directly: bool) -> dict[str, Any]:
        """What a sink has otherwise, on the network or past it."""

    def events(self) -> list[Event]:
        """The CDEvents that a consumer gets, in its order."""


@dataclass
class Nats:
    """One stream for both halves each."""

    server: brokers.Server
    network: Proxy
    name = "nats"

    def source(self) -> dict[str, Any]:
        """A replica that is gone is waited for more briefly."""
        return {"servers": [self.server.address], "ack_wait": "2s"}

    def sink(self, *, directly: bool) -> dict[str, Any]:
        """One server."""
        return {"servers": [self.server.address if directly else f"127.0.0.1:{self.network.port}"]}

    def events(self) -> list[Event]:
        """As they stand in the stream."""
        return asyncio.run(self._events())

    async def _events(self) -> list[Event]:
        async with await nats.connect(f"nats://{self.server.address}") as client:
            stream = client.jetstream()
            left = (await stream.stream_info("CDEVENTS")).state.messages
            reader = await stream.subscribe("cicd.cdevents.>", stream="CDEVENTS", ordered_consumer=True)
            return [orjson.loads((await reader.next_msg(timeout=30)).data) for _ in range(left)]


@dataclass
class Rabbitmq:
    """A queue of what the replicas make."""

    server: brokers.Server
    network: Proxy
    name = "rabbitmq"

    def source(self) -> dict[str, Any]:
        """The user that every server has, who may come over the loopback interface."""
        return {"host": "127.0.0.1", "port": self.server.port}

    def sink(self, *, directly: bool) -> dict[str, Any]:
        """The same."""
        return {"host": "127.0.0.1", "port": self.server.port if directly else self.network.port}

    def events(self) -> list[Event]:
        """As they stand in the queue; whoever reads them takes them out of it."""
        self._heard += asyncio.run(self._taken())
        return self._heard

    def __post_init__(self) -> None:
        self._heard: list[Event] = []

    async def _taken(self) -> list[Event]:
        async with await aio_pika.connect(port=self.server.port) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue("cdevents", durable=True)
            taken: list[Event] = []
            while (message := await queue.get(no_ack=True, fail=False)) is not None:
                taken.append(orjson.loads(message.body))
            return taken


@dataclass
class Kafka:
    """Topics of three partitions."""

    server: brokers.Server
    network: Proxy
    name = "kafka"

    def source(self) -> dict[str, Any]:
        """A member that is gone is noticed sooner."""
        return {"brokers": [self.server.address], "properties": MEMBER}

    def sink(self, *, directly: bool) -> dict[str, Any]:
        """The brokers say themselves where else they are: on the network, where that is asked."""
        return {"brokers": [self.server.address if directly else f"127.0.0.1:{self.network.port}"]}

    def events(self) -> list[Event]:
        """By partition, then in order: what has one key is in one partition."""
        return [orjson.loads(each.value() or b"") for each in records(self.server.address, "cicd.cdevents")]


@pytest.fixture(params=["nats", "rabbitmq", pytest.param("kafka", marks=pytest.mark.real)])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """Each in turn."""
    folder = tmp_path / "broker"
    folder.mkdir()
    with Proxy() as network:
        made = _made(request.param, folder, network)
        with brokers.running(made.server):
            yield made


def _made(name: str, folder: Path, network: Proxy) -> Nats | Rabbitmq | Kafka:
    if name == "kafka":
        listener = Listener("NETWORK", free_port(), network.port)
        network.target = listener.port
        return Kafka(kafka(folder, [listener]), network)
    server = brokers.nats(folder) if name == "nats" else brokers.rabbitmq(folder)
    if name == "rabbitmq":
        (folder / "plugins").write_text("[rabbitmq_consistent_hash_exchange].\n")
    network.target = server.port
    return Nats(server, network) if name == "nats" else Rabbitmq(server, network)
