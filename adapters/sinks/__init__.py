"""The table of sinks: a new broker is one file, its test, one line here, and one extra in pyproject.

A sink, its settings and its client are imported where its word is met in a configuration: this table needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from adapters.extras import need
from adapters.late import late, named
from adapters.model import Encoding
from adapters.sinks.binding import ENCODINGS
from adapters.sinks.contract import Sink, SinkSettings

__all__ = ["SINKS", "Sink", "SinkSettings", "SinkType"]


@dataclass(frozen=True, slots=True)
class SinkType:
    """What the word after `type:` means: where its settings are, what makes a sink of them, the encodings it can do.

    `in_flight` batches of a route are under way at once, unless it says otherwise; more than one only where the sink
    is Pipelined. What `keeps` is a store of CDEvents, or shows them as one. What `acts` is an action: what
    reaches it goes no further as an event.
    """

    model: Callable[[], type[SinkSettings]]
    build: Callable[[Any], Sink]
    encodings: frozenset[Encoding] = frozenset(Encoding)
    in_flight: int = 1
    keeps: bool = False
    acts: bool = False

    @property
    def settings(self) -> type[SinkSettings]:
        """What it may be told."""
        return self.model()

    @property
    def ends(self) -> bool:
        """Whether it is an action or a store: CDEvents go no further from there, also not those that others made."""
        return self.acts or self.keeps


def _model(module: str, name: str) -> Callable[[], type[SinkSettings]]:
    return partial(named, f"adapters.sinks.{module}", name)


def _built(module: str, maker: str, *, extra: str = "", client: str = "") -> Callable[[Any], Sink]:
    """Builds a sink by the maker in a module that is imported only then; its client may be of an extra."""
    make = late(f"adapters.sinks.{module}", maker)

    def build(settings: SinkSettings) -> Sink:
        if extra:
            need(extra, client)
        sink: Sink = make(settings)
        return sink

    return build


_LINES = frozenset({Encoding.STRUCTURED, Encoding.RAW})
_STRUCTURED = frozenset({Encoding.STRUCTURED})
_MANY = 4

SINKS: Mapping[str, SinkType] = {
    "file": SinkType(_model("file", "FileSettings"), _built("file", "FileSink"), _LINES),
    "gerrit-review": SinkType(
        _model("actions.settings", "GerritReviewSettings"),
        _built("actions.gerrit_review", "gerrit_review", extra="gerrit", client="pygerrit2"),
        _LINES,
        acts=True,
    ),
    "http": SinkType(_model("http_settings", "HttpSettings"), _built("http", "HttpSink")),
    "http-call": SinkType(
        _model("actions.settings", "HttpCallSettings"),
        _built("actions.http_call", "http_call"),
        _LINES,
        acts=True,
    ),
    "jenkins-job": SinkType(
        _model("actions.settings", "JenkinsJobSettings"),
        _built("actions.jenkins_job", "jenkins_job", extra="jenkins", client="jenkins"),
        _LINES,
        acts=True,
    ),
    "kafka": SinkType(
        _model("broker_settings", "KafkaSettings"),
        _built("kafka", "KafkaSink", extra="kafka", client="confluent_kafka"),
        ENCODINGS,
    ),
    "mqtt": SinkType(
        _model("broker_settings", "MqttSettings"),
        _built("mqtt", "MqttSink", extra="mqtt", client="paho"),
        ENCODINGS,
        _MANY,
    ),
    "nats": SinkType(
        _model("broker_settings", "NatsSettings"),
        _built("nats", "NatsSink", extra="nats", client="nats"),
        ENCODINGS,
        _MANY,
    ),
    "otlp": SinkType(
        _model("otlp.settings", "OtlpSettings"),
        _built("otlp.sink", "OtlpSink", extra="otlp", client="opentelemetry.proto"),
        _STRUCTURED,
        keeps=True,
    ),
    "parquet": SinkType(
        _model("store_settings", "ParquetSettings"),
        _built("parquet", "ParquetSink", extra="parquet", client="pyarrow"),
        _STRUCTURED,
        keeps=True,
    ),
    "postgresql": SinkType(
        _model("store_settings", "PostgresqlSettings"),
        _built("postgresql", "PostgresqlSink", extra="postgresql", client="psycopg"),
        _STRUCTURED,
        keeps=True,
    ),
    "rabbitmq": SinkType(
        _model("broker_settings", "RabbitmqSettings"),
        _built("rabbitmq", "RabbitmqSink", extra="rabbitmq", client="aio_pika"),
        ENCODINGS,
    ),
    "stdout": SinkType(_model("stdout", "StdoutSettings"), _built("stdout", "StdoutSink"), _LINES),
}
