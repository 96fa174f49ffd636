"""Brokers, tried: who is there, whether this user is let in, and whether what is configured is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from adapters.brokers import kafka, nats, rabbitmq
from adapters.brokers import mqtt as mqtt_client
from adapters.brokers.closing import closed
from adapters.brokers.connection import Connection, KafkaConnection, MqttConnection, NatsConnection, RabbitmqConnection
from adapters.brokers.partition import each
from adapters.errors import AdapterError
from adapters.sinks.broker_settings import KafkaSettings as KafkaSink
from adapters.sinks.broker_settings import NatsSettings as NatsSink
from adapters.sinks.broker_settings import RabbitmqSettings as RabbitmqSink
from adapters.sources.broker.kafka import KafkaSettings as KafkaSource
from adapters.sources.broker.nats import NatsSettings as NatsSource
from adapters.sources.broker.rabbitmq import RabbitmqSettings as RabbitmqSource

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel
    from nats.js import JetStreamContext

PATIENCE = 5.0
"""Seconds for each answer."""

Settings = TypeVar("Settings", bound=Connection)


async def kafka_source(settings: KafkaSource) -> str:
    """Its topics are there, but for patterns."""
    return await _topics(settings, [topic for topic in settings.topics if not topic.startswith("^")])


async def kafka_sink(settings: KafkaSink) -> str:
    """Its topic is there, where that is always the same one."""
    return await _topics(settings, [] if "{" in settings.topic else [settings.topic])


async def _topics(settings: KafkaConnection, wanted: Collection[str]) -> str:
    from confluent_kafka import KafkaException  # noqa: PLC0415 - only who uses this broker needs it
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - as above

    complaints: list[str] = []
    where = ", ".join(settings.brokers)
    properties: kafka.Properties = {"error_cb": lambda error: complaints.append(error.str())}
    client = AdminClient(kafka.properties(_hurried(settings)) | properties)
    try:
        found = (await asyncio.to_thread(client.list_topics, timeout=PATIENCE)).topics
    except KafkaException as error:
        client.poll(0)
        raise AdapterError(f"Kafka at {where}: {complaints[0] if complaints else error.args[0].str()}") from None
    if missing := sorted(set(wanted) - found.keys()):
        raise AdapterError(f"Kafka at {where} has no topic {', '.join(missing)}, or does not show it to this user")
    return f"Kafka at {where} lets it in" + (f", and has {', '.join(wanted)}" if wanted else "")


async def nats_source(settings: NatsSource) -> str:
    """Its stream is there."""
    from nats.js.errors import NotFoundError  # noqa: PLC0415 - only who uses this broker needs it

    async with _jetstream(settings) as stream:
        try:
            await stream.stream_info(settings.stream)
        except NotFoundError:
            raise AdapterError(f"there is no stream {settings.stream}: make it, or correct the name") from None
    return f"NATS lets it in, and has {settings.stream}"


async def nats_sink(settings: NatsSink) -> str:
    """There is a stream that takes its subject, where that is always the same one and no stream is to be made."""
    from nats.js.errors import NotFoundError  # noqa: PLC0415 - only who uses this broker needs it

    async with _jetstream(settings) as stream:
        if "{" not in settings.subject and settings.stream is None:
            try:
                await stream.find_stream_name_by_subject(settings.subject)
            except NotFoundError:
                raise AdapterError(f"no stream takes {settings.subject}: make one, or set 'stream'") from None
    return "NATS lets it in"


@asynccontextmanager
async def _jetstream(settings: NatsConnection) -> AsyncIterator[JetStreamContext]:
    from nats.errors import Error  # noqa: PLC0415 - only who uses this broker needs it

    where = ", ".join(settings.servers)
    try:
        client = await nats.connect(
            _hurried(settings), allow_reconnect=False, max_reconnect_attempts=1, error_cb=_unheard
        )
        try:
            stream = client.jetstream(timeout=PATIENCE)
            await stream.account_info()
            yield stream
        finally:
            await closed(client.close())
    except (Error, OSError) as error:
        raise AdapterError(f"NATS at {where}: {error or type(error).__name__}") from None


async def _unheard(_: Exception) -> None:
    """What a client says by itself is told when it gives up, too."""


async def rabbitmq_source(settings: RabbitmqSource) -> str:
    """Its queue is there, unless it is to be made."""
    async with _channel(settings) as channel:
        if not (settings.declare or settings.bindings):
            for name in each(settings.queue):
                await channel.declare_queue(name, passive=True)
    return f"RabbitMQ at {settings.host} lets it in"


async def rabbitmq_sink(settings: RabbitmqSink) -> str:
    """Its exchange is there, where that is always the same one and not to be made."""
    async with _channel(settings) as channel:
        if settings.exchange and not settings.declare and "{" not in settings.exchange:
            await channel.get_exchange(settings.exchange, ensure=True)
    return f"RabbitMQ at {settings.host} lets it in"


@asynccontextmanager
async def _channel(settings: RabbitmqConnection) -> AsyncIterator[AbstractChannel]:
    from aio_pika.exceptions import AMQPError  # noqa: PLC0415 - only who uses this broker needs it

    try:
        connection = await rabbitmq.connect(_hurried(settings))
        try:
            yield await connection.channel()
        finally:
            await closed(connection.close())
    except (AMQPError, OSError) as error:
        raise AdapterError(f"RabbitMQ at {settings.host}: {error or type(error).__name__}") from None


async def mqtt(settings: MqttConnection) -> str:
    """It lets in who has these credentials, under a name of its own: no session is taken over."""
    from aiomqtt import MqttError  # noqa: PLC0415 - only who uses this broker needs it

    try:
        async with mqtt_client.client(_hurried(settings), identifier=f"check-{uuid4().hex[:12]}"):
            return f"MQTT at {settings.host} lets it in"
    except (MqttError, OSError) as error:
        raise AdapterError(f"MQTT at {settings.host}: {error or type(error).__name__}") from None


def _hurried(settings: Settings) -> Settings:
    return settings.model_copy(update={"timeout": min(settings.timeout, PATIENCE)})
