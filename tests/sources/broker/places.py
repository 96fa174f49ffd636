"""Each broker as the tests of all brokers want it: a place of its own on a server that runs already."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

import aio_pika
import aiomqtt
import nats
from confluent_kafka import Producer
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from adapters.sources.broker.kafka import KafkaSettings, KafkaSource
from adapters.sources.broker.mqtt import MqttSettings, MqttSource
from adapters.sources.broker.nats import NatsSettings, NatsSource
from adapters.sources.broker.rabbitmq import RabbitmqSettings, RabbitmqSource
from adapters.sources.contract import Context
from tests.brokers import Kafka, Server
from tests.sources.broker.groups import MEMBER
from tests.sources.broker.support import INSTANCE, PATIENCE, Sent


async def briefly(_seconds: float) -> None:
    """A pause that is too short to be noticed."""
    await asyncio.sleep(0.01)


@dataclass
class Nats:
    """A stream with a subject."""

    server: Server
    name: str = field(default_factory=lambda: f"s{uuid4().hex}")
    made: bool = False

    @property
    def config(self) -> str:
        return f"{{type: nats, instance: '{INSTANCE}', servers: ['{self.server.address}'], stream: {self.name}}}"

    def source(self, context: Context, replica: int = 0) -> NatsSource:
        del replica
        settings = NatsSettings(
            type="nats",
            instance=INSTANCE,
            servers=(self.server.address,),
            stream=self.name,
            timeout=2,
            batch=20,
            ack_wait=1,
        )
        return NatsSource(settings, context, sleep=briefly)

    async def publish(self, *messages: Sent) -> None:

        async with await nats.connect(f"nats://{self.server.address}") as client:
            stream = client.jetstream()
            if not self.made:
                await stream.add_stream(name=self.name, subjects=[f"{self.name}.>"])
                self.made = True
            for message in messages:
                headers = {"content-type": message.content_type, **message.headers}
                await stream.publish(f"{self.name}.events", message.body, headers=headers)

    def interrupt(self) -> None:
        self.server.stop()

    def restore(self) -> None:
        self.server.start()


@dataclass
class KafkaTopic:
    """A topic with as many partitions as the cluster makes."""

    cluster: Kafka
    name: str = field(default_factory=lambda: f"t{uuid4().hex}")

    @property
    def config(self) -> str:
        brokers = ", ".join(f"'{each}'" for each in self.cluster.brokers.split(","))
        return f"{{type: kafka, instance: '{INSTANCE}', brokers: [{brokers}], topics: [{self.name}], group: {self.name}, properties: {MEMBER}}}"

    def source(self, context: Context, replica: int = 0) -> KafkaSource:
        del replica
        brokers = tuple(self.cluster.brokers.split(","))
        settings = KafkaSettings(
            type="kafka",
            instance=INSTANCE,
            brokers=brokers,
            topics=(self.name,),
            group=self.name,
            timeout=2,
            batch=20,
            properties=MEMBER,
        )
        return KafkaSource(settings, context, sleep=briefly)

    async def publish(self, *messages: Sent) -> None:

        producer = Producer({"bootstrap.servers": self.cluster.brokers})
        for message in messages:
            headers = {"content-type": message.content_type, **message.headers}
            producer.produce(self.name, message.body, key=message.key, headers=headers)
        assert await asyncio.to_thread(producer.flush, PATIENCE) == 0

    def interrupt(self) -> None:
        self.cluster.pause()

    def restore(self) -> None:
        self.cluster.resume()


@dataclass
class RabbitmqQueue:
    """A durable queue."""

    server: Server
    name: str = field(default_factory=lambda: f"q{uuid4().hex}")

    @property
    def config(self) -> str:
        return (
            f"{{type: rabbitmq, instance: '{INSTANCE}', host: 127.0.0.1, port: {self.server.port}, queue: {self.name}}}"
        )

    def source(self, context: Context, replica: int = 0) -> RabbitmqSource:
        del replica
        settings = RabbitmqSettings(
            type="rabbitmq",
            instance=INSTANCE,
            host="127.0.0.1",
            port=self.server.port,
            queue=self.name,
            timeout=5,
            batch=5,
        )
        return RabbitmqSource(settings, context, sleep=briefly)

    async def publish(self, *messages: Sent) -> None:

        async with await aio_pika.connect(port=self.server.port, timeout=PATIENCE) as connection:
            channel = await connection.channel()
            await channel.declare_queue(self.name, durable=True)
            for message in messages:
                sent = aio_pika.Message(
                    message.body,
                    headers={**message.headers},
                    content_type=message.content_type,
                    delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                )
                await channel.default_exchange.publish(sent, self.name)

    def interrupt(self) -> None:
        self.server.kill()

    def restore(self) -> None:
        self.server.start()


@dataclass
class MqttTopic:
    """A topic, and a session that waits for its messages before any source runs."""

    server: Server
    name: str = field(default_factory=lambda: f"t{uuid4().hex}")
    made: bool = False

    @property
    def config(self) -> str:
        return (
            f"{{type: mqtt, instance: '{INSTANCE}', host: 127.0.0.1, port: {self.server.port}, topics: [{self.name}/#],"
            f" client_id: {self.name}-0}}"
        )

    def source(self, context: Context, replica: int = 0) -> MqttSource:
        settings = MqttSettings(
            type="mqtt",
            instance=INSTANCE,
            host="127.0.0.1",
            port=self.server.port,
            topics=(f"{self.name}/#",),
            client_id=f"{self.name}-{replica}",
            timeout=2,
            batch=5,
        )
        return MqttSource(settings, context, sleep=briefly)

    async def publish(self, *messages: Sent) -> None:

        if not self.made:
            await self._wait_for_messages()
            self.made = True
        async with aiomqtt.Client("127.0.0.1", self.server.port, protocol=aiomqtt.ProtocolVersion.V5) as client:
            for message in messages:
                properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it out
                properties.ContentType = message.content_type
                properties.UserProperty = [(name.replace("ce-", ""), value) for name, value in message.headers.items()]
                await client.publish(f"{self.name}/events", message.body, qos=1, properties=properties)

    async def _wait_for_messages(self) -> None:

        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it out
        properties.SessionExpiryInterval = 3600
        async with aiomqtt.Client(
            "127.0.0.1",
            self.server.port,
            identifier=f"{self.name}-0",
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=properties,
        ) as client:
            await client.subscribe(f"$share/cdevents-adapters/{self.name}/#", qos=1)

    def interrupt(self) -> None:
        self.server.stop()

    def restore(self) -> None:
        self.server.start()
