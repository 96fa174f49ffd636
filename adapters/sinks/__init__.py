"""The table of sinks: a new broker is one file, its test, one line here, and one extra in pyproject.

A client that is an extra is imported where its sink is built, so that this table needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from adapters.brokers.connection import need
from adapters.model import Encoding
from adapters.sinks.binding import ENCODINGS
from adapters.sinks.broker_settings import KafkaSettings, MqttSettings, NatsSettings, RabbitmqSettings
from adapters.sinks.contract import Sink, SinkSettings
from adapters.sinks.file import FileSettings, FileSink
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.stdout import StdoutSettings, StdoutSink

__all__ = ["SINKS", "Sink", "SinkSettings", "SinkType"]


@dataclass(frozen=True, slots=True)
class SinkType:
    """What the word after `type:` means: its settings, what makes a sink of them, and the encodings it can do."""

    settings: type[SinkSettings]
    build: Callable[[Any], Sink]
    encodings: frozenset[Encoding] = frozenset(Encoding)


def _extra(word: str, client: str, sink: str) -> Callable[[Any], Sink]:
    """Builds the sink of that name in the module `word`, whose client is the extra `word`."""

    def build(settings: SinkSettings) -> Sink:
        need(word, client)
        made: Sink = getattr(import_module(f"adapters.sinks.{word}"), sink)(settings)
        return made

    return build


_LINES = frozenset({Encoding.STRUCTURED, Encoding.RAW})


SINKS: Mapping[str, SinkType] = {
    "file": SinkType(FileSettings, FileSink, _LINES),
    "http": SinkType(HttpSettings, HttpSink),
    "kafka": SinkType(KafkaSettings, _extra("kafka", "confluent_kafka", "KafkaSink"), ENCODINGS),
    "mqtt": SinkType(MqttSettings, _extra("mqtt", "paho", "MqttSink"), ENCODINGS),
    "nats": SinkType(NatsSettings, _extra("nats", "nats", "NatsSink"), ENCODINGS),
    "rabbitmq": SinkType(RabbitmqSettings, _extra("rabbitmq", "aio_pika", "RabbitmqSink"), ENCODINGS),
    "stdout": SinkType(StdoutSettings, StdoutSink, _LINES),
}
