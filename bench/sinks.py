"""Messages a second of each broker's sink, beside its bare client that publishes the same bytes in the same batches.

Brokers are real, on this machine; Kafka is librdkafka's mock cluster in a process of its own.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import aio_pika
import confluent_kafka
import nats
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from adapters.cdevents.cloudevents import STRUCTURED_JSON, structured
from adapters.model import Encoding, Format, Message
from adapters.sinks import SINKS, Sink
from bench.table import Row
from tests import brokers

BATCH, ROUNDS, SECONDS = 100, 5, 1.0
DATA = b'{"padding": "' + b"x" * 2000 + b'"}'

Publish = Callable[[list[Message]], Awaitable[None]]
Pair = tuple[Sink, Publish]


def rows() -> Iterator[Row]:
    """Rates of structured messages of 2 kB."""
    for name, (binary, pair) in PAIRS.items():
        if binary is None or shutil.which(binary):
            sink, bare = asyncio.run(_measured(pair))
            yield Row(f"{name} sink, beside its bare client", sink, "/s", bare, at_least=0.6)


async def _measured(pair: Callable[[Path], AbstractAsyncContextManager[Pair]]) -> tuple[float, float]:
    """The medians of rates, taken in turns."""
    with TemporaryDirectory(prefix="bench-") as folder:
        async with pair(Path(folder)) as (sink, bare):
            rates = [(await _rate(sink.publish), await _rate(bare)) for _ in range(ROUNDS)]
            await sink.aclose()
    ours, theirs = zip(*rates, strict=True)
    return median(ours), median(theirs)


async def _rate(publish: Callable[[list[Message]], Awaitable[None]]) -> float:
    count, begin = 0, perf_counter()
    while perf_counter() < begin + SECONDS:
        await publish([_message() for _ in range(BATCH)])
        count += BATCH
    return count / (perf_counter() - begin)


_numbers = iter(range(1 << 62))


def _message() -> Message:
    attributes = {
        "specversion": "1.0",
        "id": f"b7a2c8de-0000-0000-0000-{next(_numbers):012}",
        "source": "https://jenkins.example.com/",
        "type": "dev.cdevents.pipelinerun.finished.0.2.0",
        "time": "2026-03-01T12:00:00Z",
        "subject": "job/main/17",
        "datacontenttype": "application/json",
        "partitionkey": "chain",
    }
    return Message(Format.CDEVENTS, Encoding.STRUCTURED, attributes, DATA)


BODY = structured(_message())


def _sink(word: str, **settings: Any) -> Sink:
    kind = SINKS[word]
    return kind.build(kind.settings.model_validate({"type": word, **settings}))


@asynccontextmanager
async def _kafka(_folder: Path) -> AsyncIterator[Pair]:
    with brokers.kafka() as cluster:
        quiet = {"bootstrap.servers": cluster.brokers, "enable.idempotence": True, "log_level": 0}
        producer = confluent_kafka.Producer(quiet)

        def told(error: confluent_kafka.KafkaError | None, _message: object) -> None:
            assert error is None

        def send(batch: list[Message]) -> None:
            for _ in batch:
                producer.produce("bare", BODY, "chain", headers={"content-type": STRUCTURED_JSON}, on_delivery=told)
            producer.flush()

        yield (
            _sink("kafka", brokers=cluster.brokers.split(","), topic="cicd.{format}", properties={"log_level": "0"}),
            lambda batch: asyncio.to_thread(send, batch),
        )


@asynccontextmanager
async def _nats(folder: Path) -> AsyncIterator[Pair]:
    with brokers.running(brokers.nats(folder)) as server:
        client = await nats.connect(f"nats://{server.address}")
        jetstream = client.jetstream()
        await jetstream.add_stream(name="CICD", subjects=["cicd.>"], max_bytes=1 << 28)

        async def bare(batch: list[Message]) -> None:
            headers = [{"Nats-Msg-Id": f"bare-{message.attributes['id']}"} for message in batch]
            await asyncio.gather(*[await jetstream.publish_async("cicd.bare", BODY, headers=each) for each in headers])

        yield _sink("nats", servers=[server.address], subject="cicd.{format}"), bare
        await client.close()


@asynccontextmanager
async def _rabbitmq(folder: Path) -> AsyncIterator[Pair]:
    with brokers.running(brokers.rabbitmq(folder)) as server:
        connection = await aio_pika.connect(f"amqp://guest:guest@{server.address}/")
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        for name in ("sink", "bare"):
            await channel.declare_queue(name, durable=True, arguments={"x-max-length": 10_000})

        async def bare(batch: list[Message]) -> None:
            messages = [aio_pika.Message(BODY, delivery_mode=2, message_id=each.attributes["id"]) for each in batch]
            await asyncio.gather(*(channel.default_exchange.publish(each, "bare") for each in messages))

        yield _sink("rabbitmq", host="127.0.0.1", port=server.port, exchange="", routing_key="sink"), bare
        await connection.close()


@asynccontextmanager
async def _mqtt(folder: Path) -> AsyncIterator[Pair]:
    with brokers.running(brokers.mosquitto(folder)) as server:
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        client.connect("127.0.0.1", server.port)
        client.loop_start()

        def send(batch: list[Message]) -> None:
            for each in [client.publish("cicd/bare", BODY, 1) for _ in batch]:
                each.wait_for_publish()

        sink = _sink("mqtt", host="127.0.0.1", port=server.port, topic="cicd/{format}")
        yield sink, lambda batch: asyncio.to_thread(send, batch)
        client.disconnect()
        client.loop_stop()


PAIRS: dict[str, tuple[str | None, Callable[[Path], AbstractAsyncContextManager[Pair]]]] = {
    "kafka": (None, _kafka),
    "nats": ("nats-server", _nats),
    "rabbitmq": ("/usr/lib/rabbitmq/bin/rabbitmq-server", _rabbitmq),
    "mqtt": ("mosquitto", _mqtt),
}
"""The binary that a broker needs, and what makes its sink and its bare client."""
