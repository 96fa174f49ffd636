"""Each kind of sink, on a real server on this machine, and its bare client as a script would use it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aio_pika
import confluent_kafka
import nats
import pytest
import requests
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from adapters.cdevents.cloudevents import STRUCTURED_JSON
from adapters.sinks import SINKS, Sink
from tests import brokers
from tests.real.kafka.server import kafka
from tests.service import free_port


class Event(NamedTuple):
    """A structured CloudEvent, and its id for those that want it beside."""

    id: str
    body: bytes


Publish = Callable[[Sequence[Event]], Awaitable[None]]
"""Publishes events with a bare client; returns when all are acknowledged."""

Pair = tuple[Sink, Publish]
MakePair = Callable[[Path], AbstractAsyncContextManager[Pair]]


def _sink(word: str, **settings: Any) -> Sink:
    kind = SINKS[word]
    return kind.build(kind.settings.model_validate({"type": word, **settings}))


@asynccontextmanager
async def _file(folder: Path) -> AsyncIterator[Pair]:
    with (folder / "bare.jsonl").open("ab", buffering=0) as file:

        def write(events: Sequence[Event]) -> None:
            file.write(b"".join(event.body + b"\n" for event in events))
            os.fsync(file.fileno())

        yield _sink("file", path=folder / "sink.jsonl"), lambda events: asyncio.to_thread(write, events)


@asynccontextmanager
async def _http(folder: Path) -> AsyncIterator[Pair]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--port", f"{port}", "--log-level", "error", "bench.receiver:taken"]
    with brokers.running(brokers.Server(port, command, folder)) as server, requests.Session() as session:
        url = f"http://{server.address}/"

        def post(events: Sequence[Event]) -> None:
            for event in events:
                session.post(url, event.body, headers={"content-type": STRUCTURED_JSON}).raise_for_status()

        yield _sink("http", url=url), lambda events: asyncio.to_thread(post, events)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a real broker where one can be had, else of librdkafka's mock cluster in a process of its own."""
    try:
        server = kafka(folder)
    except pytest.skip.Exception:
        with brokers.kafka() as mock:
            yield mock.brokers
    else:
        with brokers.running(server):
            yield server.address


@asynccontextmanager
async def _kafka(folder: Path) -> AsyncIterator[Pair]:
    with cluster(folder) as address:
        quiet = {"bootstrap.servers": address, "enable.idempotence": True, "log_level": 0}
        producer = confluent_kafka.Producer(quiet)

        def told(error: confluent_kafka.KafkaError | None, _message: object) -> None:
            assert error is None

        def send(events: Sequence[Event]) -> None:
            for event in events:
                producer.produce("bare", event.body, headers={"content-type": STRUCTURED_JSON}, on_delivery=told)
            producer.flush()

        yield (
            _sink("kafka", brokers=address.split(","), topic="cicd.{format}", properties={"log_level": "0"}),
            lambda events: asyncio.to_thread(send, events),
        )


@asynccontextmanager
async def _nats(folder: Path) -> AsyncIterator[Pair]:
    with brokers.running(brokers.nats(folder)) as server:
        client = await nats.connect(f"nats://{server.address}")
        jetstream = client.jetstream()
        await jetstream.add_stream(name="CICD", subjects=["cicd.>"], max_bytes=1 << 28)

        async def bare(events: Sequence[Event]) -> None:
            sent = [
                await jetstream.publish_async("cicd.bare", event.body, headers={"Nats-Msg-Id": event.id})
                for event in events
            ]
            await asyncio.gather(*sent)

        yield _sink("nats", servers=[server.address], subject="cicd.{format}"), bare
        await client.close()


@asynccontextmanager
async def _rabbitmq(folder: Path) -> AsyncIterator[Pair]:
    with brokers.running(brokers.rabbitmq(folder)) as server:
        connection = await aio_pika.connect(f"amqp://guest:guest@{server.address}/")
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        for name in ("sink", "bare"):
            await channel.declare_queue(name, durable=True, arguments={"x-max-length": 10_000})

        async def bare(events: Sequence[Event]) -> None:
            messages = [aio_pika.Message(event.body, delivery_mode=2, message_id=event.id) for event in events]
            await asyncio.gather(*(channel.default_exchange.publish(each, "bare") for each in messages))

        yield _sink("rabbitmq", host="127.0.0.1", port=server.port, exchange="", routing_key="sink"), bare
        await connection.close()


@asynccontextmanager
async def _mqtt(folder: Path) -> AsyncIterator[Pair]:
    with brokers.running(brokers.mosquitto(folder)) as server:
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        client.connect("127.0.0.1", server.port)
        client.loop_start()

        def send(events: Sequence[Event]) -> None:
            for each in [client.publish("cicd/bare", event.body, 1) for event in events]:
                each.wait_for_publish()

        sink = _sink("mqtt", host="127.0.0.1", port=server.port, topic="cicd/{format}")
        yield sink, lambda events: asyncio.to_thread(send, events)
        client.disconnect()
        client.loop_stop()


PAIRS: dict[str, MakePair] = {
    "file": _file,
    "http": _http,
    "kafka": _kafka,
    "nats": _nats,
    "rabbitmq": _rabbitmq,
    "mqtt": _mqtt,
}
"""What makes a sink and its bare client, by the sink's word; raises pytest.skip.Exception where its server is not."""
