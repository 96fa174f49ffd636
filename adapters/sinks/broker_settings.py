"""The settings of the sinks that are brokers: how to reach one, and where on it an event goes."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from adapters.brokers.connection import (
    ExchangeType,
    KafkaConnection,
    MqttConnection,
    NatsConnection,
    RabbitmqConnection,
    weighed,
)
from adapters.settings import AfterValidator, Duration, Expected, Field, Settings, model_validator
from adapters.sinks.contract import SinkSettings
from adapters.sinks.template import Naming

TOPIC = Naming(
    unsafe=re.compile(r"[^A-Za-z0-9._-]"),
    valid=re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}"),
    rule="a topic of letters, digits, '.', '_' and '-', such as cicd.{format}",
)
"""Kafka's topics (org.apache.kafka.common.internals.Topic)."""

SUBJECT = Naming(
    unsafe=re.compile(r"[\s*>$\x00-\x1f\x7f]|^\.|(?<=\.)\.|\.$"),
    valid=re.compile(r"(?!\$)[^\s.*>\x00-\x1f\x7f]+(\.[^\s.*>\x00-\x1f\x7f]+)*"),
    rule="a subject of tokens between dots, without wildcards and spaces, such as cicd.{format}.{type}",
)
"""NATS' subjects (docs.nats.io, Subject-Based Messaging); the dots of a value make tokens, but none that is empty."""

SHORT = Naming(
    unsafe=re.compile(r"[\x00-\x1f\x7f]"),
    valid=re.compile(r"[^\x00-\x1f\x7f]{0,255}"),
    rule="a name of at most 255 characters, such as cicd.{format}.{type}",
)
"""RabbitMQ's exchanges and routing keys (AMQP 0-9-1, short strings)."""

LEVELS = Naming(
    unsafe=re.compile(r"[+#/$\x00-\x1f\x7f]"),
    valid=re.compile(r"(?!\$)[^+#\x00-\x1f\x7f]+"),
    rule="a topic without wildcards, such as cicd/{format}/{type}",
    unsafe_topic=re.compile(r"^\$|[+#\x00-\x1f\x7f]"),
)
"""MQTT's topics (MQTT 5 §4.7); a value is one level, but for the topic of an export mapping."""

Window = Annotated[int, Field(ge=1)]
"""How many messages may be under way at once, and so how many a kill repeats at most; faster is more."""

_PROMISED = re.compile(
    r"acks|request\.required\.acks|enable\.idempotence|enable\.gapless\.guarantee|transactional\.id|delivery\.timeout\.ms|message\.timeout\.ms"
)


def _not_promised(properties: dict[str, str]) -> dict[str, str]:
    for name in properties:
        if _PROMISED.fullmatch(name):
            raise ValueError(f"'{name}' is the sink's own, for what it promises depends on it")
    return properties


class KafkaSettings(SinkSettings, KafkaConnection):
    """Which topic; a message that is not acknowledged within `timeout` is tried again.

    Of a batch no more than `window` are under way at once, all where it does not say.
    """

    type: Literal["kafka"]
    topic: Annotated[str, TOPIC.template]
    window: Window | None = None
    properties: Annotated[dict[str, str], AfterValidator(_not_promised)] = {}


class NatsStream(Settings):
    """A JetStream stream that is made where there is none of its name; one that is there stays as it is.

    Within `duplicate_window`, what is published again is dropped by the server.
    """

    name: Annotated[str, Field(pattern=r"^[^\s.*>/\\]+$"), Expected("a name without spaces and any of . * > / \\")]
    subjects: Annotated[tuple[str, ...], Field(min_length=1)]
    duplicate_window: Annotated[Duration, Field(gt=0)] = 120.0
    replicas: Annotated[int, Field(ge=1, le=5)] = 1


class NatsSettings(SinkSettings, NatsConnection):
    """Which subject of JetStream, and the stream to make if nobody else does."""

    type: Literal["nats"]
    subject: Annotated[str, SUBJECT.template]
    stream: NatsStream | None = None


class RabbitmqQueue(Settings):
    """A queue, or with `{partition:8}` so many of them, and which messages of the exchange go to it.

    With `single_active`, one consumer at a time is given its messages.
    """

    queue: Annotated[str, Field(min_length=1, max_length=255)]
    routing_key: str = "#"
    single_active: bool = False


class RabbitmqSettings(SinkSettings, RabbitmqConnection):
    """Which exchange, of which '' is the one where a routing key names a queue, and the routing key.

    With `declare`, the exchange is made unless it is there, of `exchange_type` and durable, and so are `queues`; where
    the routing key names a queue, it is that queue. Of a batch no more than `window` are under way at once, all where
    it does not say.
    """

    type: Literal["rabbitmq"]
    exchange: Annotated[str, SHORT.template]
    routing_key: Annotated[str, SHORT.template] = "{type}"
    window: Window | None = None
    declare: bool = False
    exchange_type: ExchangeType = "topic"
    queues: tuple[RabbitmqQueue, ...] = ()

    @model_validator(mode="after")
    def _queues_are_declared(self) -> Self:
        if self.queues and not self.declare:
            raise ValueError("'queues' are made by 'declare: true'")
        if self.queues and not self.exchange:
            raise ValueError("'queues' are bound to an 'exchange', and this one names them by the routing key")
        for each in self.queues:
            weighed(self.exchange_type, each.routing_key)
        return self


class MqttSettings(SinkSettings, MqttConnection):
    """Which topic, and how many messages may be under way at once, where the broker allows more."""

    type: Literal["mqtt"]
    topic: Annotated[str, LEVELS.template]
    window: Window | None = None
