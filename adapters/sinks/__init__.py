"""The table of sinks: a new broker is one file, its test, one line here, and one extra in pyproject.

A client is imported where its sink is built, so that this table needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.brokers.connection import need
from adapters.late import late
from adapters.model import Encoding
from adapters.sinks.actions.settings import ActionSettings, GerritReviewSettings, HttpCallSettings, JenkinsJobSettings
from adapters.sinks.binding import ENCODINGS
from adapters.sinks.broker_settings import KafkaSettings, MqttSettings, NatsSettings, RabbitmqSettings
from adapters.sinks.contract import Sink, SinkSettings
from adapters.sinks.file import FileSettings, FileSink
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.stdout import StdoutSettings, StdoutSink
from adapters.sinks.store_settings import ParquetSettings, PostgresqlSettings

__all__ = ["SINKS", "Sink", "SinkSettings", "SinkType"]


@dataclass(frozen=True, slots=True)
class SinkType:
    """What the word after `type:` means: its settings, what makes a sink of them, and the encodings it can do.

    `in_flight` batches of a route are under way at once, unless it says otherwise; more than one only where the sink
    is Pipelined. What `keeps` is a store of CDEvents.
    """

    settings: type[SinkSettings]
    build: Callable[[Any], Sink]
    encodings: frozenset[Encoding] = frozenset(Encoding)
    in_flight: int = 1
    keeps: bool = False

    @property
    def ends(self) -> bool:
        """Whether it is an action or a store: CDEvents go no further from there, also not those that others made."""
        return self.acts or self.keeps

    @property
    def acts(self) -> bool:
        """Whether it is an action: what reaches it goes no further as an event."""
        return issubclass(self.settings, ActionSettings)


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
    "file": SinkType(FileSettings, FileSink, _LINES),
    "gerrit-review": SinkType(
        GerritReviewSettings,
        _built("actions.gerrit_review", "gerrit_review", extra="gerrit", client="pygerrit2"),
        _STRUCTURED,
    ),
    "http": SinkType(HttpSettings, _built("http", "HttpSink")),
    "http-call": SinkType(HttpCallSettings, _built("actions.http_call", "http_call"), _STRUCTURED),
    "jenkins-job": SinkType(
        JenkinsJobSettings,
        _built("actions.jenkins_job", "jenkins_job", extra="jenkins", client="jenkins"),
        _STRUCTURED,
    ),
    "kafka": SinkType(KafkaSettings, _built("kafka", "KafkaSink", extra="kafka", client="confluent_kafka"), ENCODINGS),
    "mqtt": SinkType(MqttSettings, _built("mqtt", "MqttSink", extra="mqtt", client="paho"), ENCODINGS, _MANY),
    "nats": SinkType(NatsSettings, _built("nats", "NatsSink", extra="nats", client="nats"), ENCODINGS, _MANY),
    "parquet": SinkType(
        ParquetSettings, _built("parquet", "ParquetSink", extra="parquet", client="pyarrow"), _STRUCTURED, keeps=True
    ),
    "postgresql": SinkType(
        PostgresqlSettings,
        _built("postgresql", "PostgresqlSink", extra="postgresql", client="psycopg"),
        _STRUCTURED,
        keeps=True,
    ),
    "rabbitmq": SinkType(
        RabbitmqSettings, _built("rabbitmq", "RabbitmqSink", extra="rabbitmq", client="aio_pika"), ENCODINGS
    ),
    "stdout": SinkType(StdoutSettings, StdoutSink, _LINES),
}
