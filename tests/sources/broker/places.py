"""Each broker as the tests of all brokers want it: a place of its own on a server that runs already."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aio_pika
import aiomqtt
import nats
from confluent_kafka import Producer
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.brokers import Server
from tests.sources.broker.groups import MEMBER
from tests.sources.broker.support import PATIENCE, Sent


def unique() -> str:
    """A name that no other test has."""
    return f"n{uuid4().hex}"


@dataclass
class NatsStream:
    """A stream."""

    server: Server
    name: str = field(default_factory=unique)

    def options(self, replica: int) -> dict[str, Any]:
        """The same for all replicas."""
        del replica
        return {"type": "nats", "servers": [self.server.address], "stream": self.name, "batch": 20, "ack_wait": "1s"}

    def sink(self) -> dict[str, Any]:
        """Back to the stream."""
        return {"type": "nats", "servers": [self.server.address], "subject": f"{self.name}.out"}

    async def publish(self, *messages: Sent) -> None:
        """Makes the stream, unless it is there."""
        async with await nats.connect(f"nats://{self.server.address}") as client:
            stream = client.jetstream()
            await stream.add_stream(name=self.name, subjects=[f"{self.name}.>"])
            for message in messages:
                headers = {"content-type": message.content_type, **message.headers}
                await stream.publish(f"{self.name}.events", message.body, headers=headers)

    def interrupt(self) -> None:
        """Ends the server."""
        self.server.stop()

    def restore(self) -> None:
        """Starts it again."""
        self.server.start()


@dataclass
class KafkaTopic:
    """A topic, and a group of the same name; `interrupt` takes the cluster away, and `restore` brings it back."""

    brokers: str
    interrupt: Callable[[], None]
    restore: Callable[[], None]
    name: str = field(default_factory=unique)

    def options(self, replica: int) -> dict[str, Any]:
        """The same for all replicas."""
        del replica
        return {
            "type": "kafka",
            "brokers": self.brokers.split(","),
            "topics": [self.name],
            "group": self.name,
            "batch": 20,
            "properties": MEMBER,
        }

    def sink(self) -> dict[str, Any]:
        """Back to the topic."""
        return {"type": "kafka", "brokers": self.brokers.split(","), "topic": self.name}

    async def publish(self, *messages: Sent) -> None:
        """To the partition of the key."""
        producer = Producer({"bootstrap.servers": self.brokers})
        for message in messages:
            headers = [("content-type", message.content_type), *message.headers.items()]
            producer.produce(self.name, message.body, key=message.key, headers=[*headers])
        assert await asyncio.to_thread(producer.flush, PATIENCE) == 0


@dataclass
class RabbitmqQueue:
    """A durable queue."""

    server: Server
    name: str = field(default_factory=unique)

    def options(self, replica: int) -> dict[str, Any]:
        """The same for all replicas."""
        del replica
        return {
            "type": "rabbitmq",
            "host": "127.0.0.1",
            "port": self.server.port,
            "queue": self.name,
            "bindings": [{"exchange": "amq.direct", "routing_key": self.name}],
            "batch": 5,
        }

    def sink(self) -> dict[str, Any]:
        """Back to the queue."""
        where = {"exchange": "amq.direct", "routing_key": self.name}
        return {"type": "rabbitmq", "host": "127.0.0.1", "port": self.server.port, **where}

    async def publish(self, *messages: Sent) -> None:
        """Makes the queue, unless it is there; the messages are on disk."""
        async with await aio_pika.connect(port=self.server.port, timeout=PATIENCE) as connection:
            channel = await connection.channel()
            await channel.declare_queue(self.name, durable=True)
            for message in messages:
                await channel.default_exchange.publish(
                    aio_pika.Message(
                        message.body,
                        headers={**message.headers},
                        content_type=message.content_type,
                        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                    ),
                    self.name,
                )

    def interrupt(self) -> None:
        """Takes the power from the server."""
        self.server.kill()

    def restore(self) -> None:
        """Starts it again."""
        self.server.start()


@dataclass
class MqttTopic:
    """A topic, and the first replica's session, for which the broker keeps what is published before it runs."""

    server: Server
    name: str = field(default_factory=unique)

    def options(self, replica: int) -> dict[str, Any]:
        """Each replica has a session of its own."""
        return {
            "type": "mqtt",
            "host": "127.0.0.1",
            "port": self.server.port,
            "topics": [f"{self.name}/#"],
            "client_id": f"{self.name}-{replica}",
            "batch": 5,
        }

    def sink(self) -> dict[str, Any]:
        """Back to the topic."""
        return {"type": "mqtt", "host": "127.0.0.1", "port": self.server.port, "topic": f"{self.name}/out"}

    async def subscribe(self) -> None:
        """Begins the first replica's session."""
        properties = _properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        more = {"identifier": f"{self.name}-0", "clean_start": False, "properties": properties}
        async with self._client(**more) as client:
            await client.subscribe(f"$share/cdevents-adapters/{self.name}/#", qos=1)

    async def publish(self, *messages: Sent) -> None:
        """With QoS 1."""
        async with self._client() as client:
            for message in messages:
                properties = _properties(PacketTypes.PUBLISH)
                properties.ContentType = message.content_type
                properties.UserProperty = [(name.removeprefix("ce-"), it) for name, it in message.headers.items()]
                await client.publish(f"{self.name}/events", message.body, qos=1, properties=properties)

    def interrupt(self) -> None:
        """Ends the server."""
        self.server.stop()

    def restore(self) -> None:
        """Starts it again."""
        self.server.start()

    def _client(self, **more: Any) -> aiomqtt.Client:
        return aiomqtt.Client("127.0.0.1", self.server.port, protocol=aiomqtt.ProtocolVersion.V5, **more)


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho leaves it out
