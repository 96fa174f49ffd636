"""What is said, and done, where a broker is not as it should be."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import aio_pika
import nats
import pytest
import structlog

from adapters.errors import ConfigError
from tests.brokers import Server, running
from tests.brokers import mosquitto as mosquitto_server
from tests.service import free_port
from tests.sources.broker.places import MqttTopic, NatsStream, RabbitmqQueue
from tests.sources.broker.support import (
    INSTANCE,
    PATIENCE,
    SOURCE_TYPES,
    Inbox,
    Sent,
    briefly,
    context,
    hearing,
    numbered,
    source,
)
from tests.waiting import eventually

pytestmark = pytest.mark.slow

ELSEWHERE = {
    "kafka": {"brokers": ["127.0.0.1:{port}"], "topics": ["t"]},
    "mqtt": {"host": "127.0.0.1", "port": "{port}", "topics": ["t"]},
    "nats": {"servers": ["127.0.0.1:{port}"], "stream": "s"},
    "rabbitmq": {"host": "127.0.0.1", "port": "{port}", "queue": "q"},
}


def at(port: int, options: Any) -> Any:
    """The options with the port in its place."""
    match options:
        case dict():
            return {name: at(port, value) for name, value in options.items()}
        case list():
            return [at(port, value) for value in options]
    return options.replace("{port}", str(port))


@pytest.mark.parametrize("type_", ELSEWHERE)
async def test_nobody_listens(type_: str) -> None:
    """It is said where nobody is, again and again, and the source goes on."""
    port = free_port()
    settings, build = SOURCE_TYPES[type_]
    given = settings.model_validate({"type": type_, "instance": INSTANCE, **at(port, ELSEWHERE[type_])})
    with structlog.testing.capture_logs() as logs:
        async with hearing(build(given, context(), sleep=briefly), Inbox()) as task:
            await eventually(lambda: len(logs) >= (1 if type_ == "kafka" else 3))
            assert not task.done()
    assert {each["log_level"] for each in logs} == {"warning"}
    assert any("127.0.0.1" in each["reason"] for each in logs)


async def test_a_stream_that_is_not_there_is_named(nats_stream: NatsStream) -> None:
    """And heard as soon as it is made."""
    inbox = Inbox()
    with structlog.testing.capture_logs() as logs:
        async with hearing(source(nats_stream, context()), inbox):
            await eventually(lambda: logs)
            await nats_stream.publish(*numbered(2))
            await inbox.has(2)
    assert logs[0]["reason"] == f"there is no stream {nats_stream.name}: make it, or correct the name"


async def test_a_consumer_that_is_deleted_is_made_again(nats_stream: NatsStream) -> None:
    """With all that the stream holds: better twice than never."""
    await nats_stream.publish(*numbered(2))
    inbox = Inbox()
    async with hearing(source(nats_stream, context()), inbox):
        await inbox.has(2)
        async with await nats.connect(f"nats://{nats_stream.server.address}") as client:
            await client.jetstream().delete_consumer(nats_stream.name, "cdevents-adapters")
        await inbox.has(4)


async def test_a_queue_that_is_not_there_is_named(rabbitmq_queue: RabbitmqQueue) -> None:
    """Where it is not to be made; and heard as soon as it is there."""
    options = {**rabbitmq_queue.options(0), "bindings": [], "instance": INSTANCE}
    settings, build = SOURCE_TYPES["rabbitmq"]
    inbox = Inbox()
    with structlog.testing.capture_logs() as logs:
        async with hearing(build(settings.model_validate(options), context(), sleep=briefly), inbox):
            await eventually(lambda: logs)
            await rabbitmq_queue.publish(*numbered(2))
            await inbox.has(2)
    assert f"no queue '{rabbitmq_queue.name}'" in logs[0]["reason"]


async def test_a_queue_is_made_with_its_exchange_where_that_is_asked_for(rabbitmq_queue: RabbitmqQueue) -> None:
    """Nobody has to prepare the broker; what is made is durable."""
    name = rabbitmq_queue.name
    bindings = [{"exchange": f"{name}-x", "routing_key": "cd.#"}]
    options = {**rabbitmq_queue.options(0), "declare": True, "bindings": bindings, "instance": INSTANCE}
    settings, build = SOURCE_TYPES["rabbitmq"]
    inbox = Inbox()
    async with await aio_pika.connect(port=rabbitmq_queue.server.port) as connection:
        channel = await connection.channel()
        async with hearing(build(settings.model_validate(options), context(), sleep=briefly), inbox):
            await until_declared(connection, name)
            exchange = await channel.declare_exchange(f"{name}-x", "topic", durable=True)
            await exchange.publish(aio_pika.Message(b'{"n":1}'), "cd.any")
            await inbox.has(1)


async def until_declared(connection: aio_pika.abc.AbstractConnection, queue: str) -> None:
    """Returns when there is a queue of this name."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(aio_pika.exceptions.ChannelClosed):
                await (await connection.channel()).declare_queue(queue, passive=True)
                return
            await asyncio.sleep(0.05)


async def test_a_broker_that_is_there_again_is_told(rabbitmq_queue: RabbitmqQueue) -> None:
    """Once, with how long it was away; nobody has to send anything for it."""
    await rabbitmq_queue.publish(*numbered(1))
    inbox = Inbox()
    with structlog.testing.capture_logs() as logs:
        async with hearing(source(rabbitmq_queue, context()), inbox):
            await inbox.has(1)
            rabbitmq_queue.interrupt()
            await eventually(lambda: logs)
            rabbitmq_queue.restore()
            await eventually(lambda: logs[-1]["log_level"] == "info")
    [again] = [each for each in logs if each["log_level"] == "info"]
    assert (again["event"], again["source"]) == ("the broker is there again", "gerrit")
    assert again["away"] >= 0


async def test_a_queue_that_is_deleted_is_missed(rabbitmq_queue: RabbitmqQueue) -> None:
    """The broker tells its consumers, so that they do not wait at nothing for ever."""
    await rabbitmq_queue.publish(*numbered(1))
    inbox = Inbox()
    async with hearing(source(rabbitmq_queue, context()), inbox):
        await inbox.has(1)
        async with await aio_pika.connect(port=rabbitmq_queue.server.port) as connection:
            await (await connection.channel()).queue_delete(rabbitmq_queue.name)
        await rabbitmq_queue.publish(Sent(b'{"again":true}'))
        await inbox.has(2)
    assert inbox.bodies[-1] == b'{"again":true}'


async def test_a_property_that_librdkafka_does_not_know_ends_it() -> None:
    """For waiting does not mend a configuration."""
    settings, build = SOURCE_TYPES["kafka"]
    options = {"type": "kafka", "instance": INSTANCE, **at(1, ELSEWHERE["kafka"]), "properties": {"linger": "5"}}
    with pytest.raises(ConfigError, match=r'sources\.gerrit: No such configuration property: "linger"'):
        await build(settings.model_validate(options), context()).run(Inbox().receive)


@pytest.fixture
def guarded(tmp_path: Path) -> Any:
    """A Mosquitto that lets nobody in without a name."""
    with running(mosquitto_server(tmp_path, "allow_anonymous false")) as server:
        yield server


async def test_who_is_not_let_in_is_told(guarded: Server) -> None:
    """In the broker's words."""
    with structlog.testing.capture_logs() as logs:
        async with hearing(source(MqttTopic(guarded), context()), Inbox()):
            await eventually(lambda: logs)
    assert "Not authorized" in logs[0]["reason"]
