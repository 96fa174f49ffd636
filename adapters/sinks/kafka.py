"""Kafka, by librdkafka's idempotent producer: all in-sync replicas acknowledge, and one key keeps its order.

A message's key is its `partitionkey`. Binding: github.com/cloudevents/spec, bindings/kafka-protocol-binding.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Event

from confluent_kafka import KafkaException

from adapters.brokers.kafka import ClientLog, properties
from adapters.errors import ConfigError, DeliveryError, Problem, TransientError
from adapters.model import Message
from adapters.sinks.binding import parts
from adapters.sinks.broker_settings import TOPIC, KafkaSettings
from adapters.sinks.contract import Taken, untold
from adapters.sinks.kafka_producer import KafkaProducer, Record
from adapters.worker import Worker


class KafkaSink:
    """Has a whole batch under way at once, or as much of it as `window` says.

    A topic that does not exist, or is not allowed, is a PermanentError.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        """Raises ConfigError when librdkafka cannot be configured so."""
        self._name = TOPIC.name_of(settings.topic)
        self._settings, self._log = settings, ClientLog()
        try:
            self._producer: KafkaProducer | None = self._new()
        except KafkaException as error:
            raise ConfigError([Problem("properties", f"a kafka sink cannot be made: {error.args[0].str()}")]) from None
        self._worker = Worker("kafka-sink")

    async def publish(self, batch: Sequence[Message]) -> None:
        """Hands all messages to the producer, and waits until each is acknowledged or has failed."""
        await self.tell(batch, untold)

    async def tell(self, batch: Sequence[Message], taken: Taken) -> None:
        """As in Telling."""
        stop = Event()
        try:
            await self._worker.run(lambda: self._send(batch, stop, taken))
        finally:
            stop.set()

    async def aclose(self) -> None:
        """Ends the producer, with what may be under way for nobody any more."""
        self._worker.close()
        if self._producer:
            await asyncio.to_thread(self._producer.close)

    def _send(self, batch: Sequence[Message], stop: Event, taken: Taken) -> None:
        """After a TransientError, a new producer: nothing that the old one still has may overtake what comes again."""
        producer = self._producer or self._renewed()
        window = self._settings.window or len(batch)
        try:
            for start in range(0, len(batch), window):
                _send_part(producer, [self._record(each) for each in batch[start : start + window]], start, stop, taken)
        except TransientError:
            self._producer = None
            producer.close()
            raise

    def _new(self) -> KafkaProducer:
        """A producer with the password as it is now."""
        return KafkaProducer({**properties(self._settings), "logger": self._log}, self._settings.timeout)

    def _renewed(self) -> KafkaProducer:
        try:
            self._producer = self._new()
        except KafkaException as error:
            raise TransientError(f"a kafka producer cannot be made: {error.args[0].str()}") from None
        return self._producer

    def _record(self, message: Message) -> Record:
        headers, content_type, body = parts(message, "ce_")
        headers["content-type"] = content_type
        return Record(self._name(message), body, message.attributes.get("partitionkey"), headers)


def _send_part(producer: KafkaProducer, records: Sequence[Record], start: int, stop: Event, taken: Taken) -> None:
    """Sends what begins at a place of a batch, and tells of it by its places there."""
    try:
        producer.send(records, stop, lambda index: taken(start + index))
    except DeliveryError as error:
        error.delivered += start
        raise
