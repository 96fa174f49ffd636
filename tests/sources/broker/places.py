"""Each broker as the tests of all brokers want it: a place of its own on a server that runs already."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

from adapters.sources.broker.kafka import KafkaSettings, KafkaSource
from adapters.sources.broker.nats import NatsSettings, NatsSource
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
        import nats

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
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self.cluster.brokers})
        for message in messages:
            headers = {"content-type": message.content_type, **message.headers}
            producer.produce(self.name, message.body, key=message.key, headers=headers)
        assert await asyncio.to_thread(producer.flush, PATIENCE) == 0

    def interrupt(self) -> None:
        self.cluster.pause()

    def restore(self) -> None:
        self.cluster.resume()
