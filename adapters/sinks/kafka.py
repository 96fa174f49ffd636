"""Kafka, by librdkafka's idempotent producer: all in-sync replicas acknowledge, and one key keeps its order.

A message's key is its `partitionkey`. Binding: github.com/cloudevents/spec, bindings/kafka-protocol-binding.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from threading import Event, Thread
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from adapters.brokers.kafka import properties
from adapters.errors import ConfigError, DeliveryError, PermanentError, Problem, TransientError
from adapters.model import Message
from adapters.sinks.acks import raise_first
from adapters.sinks.binding import parts
from adapters.sinks.broker_settings import TOPIC, KafkaSettings
from adapters.sinks.worker import Worker

Record = tuple[str, bytes, str | None, dict[str, Any]]
"""Topic, value, key and headers."""

_log = logging.getLogger("confluent_kafka")

_REFUSED = frozenset(
    {
        "INVALID_RECORD",
        "MSG_SIZE_TOO_LARGE",
        "POLICY_VIOLATION",
        "RECORD_LIST_TOO_LARGE",
        "TOPIC_AUTHORIZATION_FAILED",
        "TOPIC_EXCEPTION",
        "UNKNOWN_TOPIC_OR_PART",
        "_UNKNOWN_TOPIC",
    }
)
"""What a cluster says of one message or topic that will not change by itself (librdkafka, rdkafka.h)."""

_FATAL = frozenset({"_FATAL", "_STATE"})
"""What a producer says that will never work again."""

_GRACE = 5.0
"""Seconds after a message's own timeout by which librdkafka has told of it."""

_HOUSEKEEPING = 60.0
"""Seconds between looks at what librdkafka has to say while nothing is published, so that it does not pile up."""


class KafkaSink:
    """Has a whole batch under way at once. A topic that does not exist, or is not allowed, is a PermanentError."""

    def __init__(self, settings: KafkaSettings) -> None:
        """Raises ConfigError when librdkafka cannot be configured so."""
        self._name = TOPIC.name_of(settings.topic)
        self._timeout = settings.timeout
        self._config = {
            **properties(settings),
            "enable.idempotence": True,
            "acks": "all",
            "message.timeout.ms": round(settings.timeout * 1000),
        }
        self._client = _Client(self._config)
        self._worker = Worker("kafka-sink")

    async def publish(self, batch: Sequence[Message]) -> None:
        """Hands all messages to the producer, and waits until each is acknowledged or has failed."""
        await self._worker.run(lambda: self._send(batch))

    async def aclose(self) -> None:
        """Ends the producer, with what may be under way for nobody any more."""
        self._worker.close()
        await asyncio.to_thread(self._client.close)

    def _send(self, batch: Sequence[Message]) -> None:
        if self._client.fatal:
            self._client.close()
            self._client = _Client(self._config)
        self._client.send([self._record(message) for message in batch], self._timeout)

    def _record(self, message: Message) -> Record:
        headers, content_type, body = parts(message, "ce_")
        headers["content-type"] = content_type
        return self._name(message), body, message.attributes.get("partitionkey"), headers


class _Client:
    """A producer for one thread. After a fatal error it can only be closed."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Raises ConfigError when librdkafka cannot be configured so."""
        self.fatal = False
        self._complaint = ""
        self._closed = Event()
        try:
            self._producer = Producer({**config, "error_cb": self._note, "logger": _log})
        except KafkaException as error:
            raise ConfigError([Problem("sinks", f"a kafka sink cannot be made: {error.args[0].str()}")]) from None
        Thread(target=self._keep_house, name="kafka-housekeeping", daemon=True).start()

    def send(self, records: Sequence[Record], timeout: float) -> None:
        """Returns when all are acknowledged, within `timeout` and a little; raises the first one's DeliveryError."""
        outcomes: list[DeliveryError | None] = [TransientError("kafka does not answer")] * len(records)
        for index, (topic, value, key, headers) in enumerate(records):
            told = partial(self._settle, outcomes, index)
            try:
                self._producer.produce(topic, value, key, headers=headers, on_delivery=told)
            except BufferError:
                outcomes[index] = TransientError("the producer's queue is full")
                break
            except KafkaException as error:
                outcomes[index] = self._failure(error.args[0])
                break
        self._producer.flush(timeout + _GRACE)
        raise_first(outcomes)

    def close(self) -> None:
        """Ends it, and forgets what nobody waits for any more."""
        self._closed.set()
        self._producer.purge()
        self._producer.flush(_GRACE)

    def _settle(self, outcomes: list[DeliveryError | None], index: int, error: KafkaError | None, _: object) -> None:
        outcomes[index] = None if error is None else self._failure(error)

    def _failure(self, error: KafkaError) -> DeliveryError:
        """What an error means for the message that it is about."""
        self.fatal = self.fatal or error.fatal() or error.name() in _FATAL
        if error.name() in _REFUSED:
            return PermanentError(f"kafka refuses the message: {error.str()}")
        complaint = f" ({self._complaint})" if self._complaint else ""
        return TransientError(f"kafka does not take messages: {error.str()}{complaint}")

    def _note(self, error: KafkaError) -> None:
        """Keeps what librdkafka says of the brokers, for it tells why a message has timed out."""
        self.fatal = self.fatal or error.fatal()
        self._complaint = error.str()

    def _keep_house(self) -> None:
        while not self._closed.wait(_HOUSEKEEPING):
            self._producer.poll(0)
