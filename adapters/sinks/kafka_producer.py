"""One producer of librdkafka, and what a cluster's refusals mean for a message."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from threading import Event, Thread
from time import monotonic
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, KafkaException, Producer

from adapters.errors import DeliveryError, PermanentError, TransientError
from adapters.sinks.contract import Taken, untold
from adapters.sinks.progress import InOrder

_PROMISED = {"enable.idempotence": True, "acks": "all", "message.timeout.ms": 0}
"""A message waits as long as its sender: if each expired by itself, those behind it might still get through."""

_PROPAGATION = "topic.metadata.propagation.max.ms"
"""For how long librdkafka takes a topic that it cannot find for one that is just being made: half of a `send`."""

_NO_TOPIC = frozenset({"UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC"})
_OF_TOPIC = _NO_TOPIC | {"TOPIC_AUTHORIZATION_FAILED", "TOPIC_EXCEPTION"}
_TOO_LARGE = frozenset({"MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"})
_REFUSED = _OF_TOPIC | _TOO_LARGE | {"INVALID_RECORD", "POLICY_VIOLATION"}
"""What a cluster says of one message or topic that will not change by itself (librdkafka, rdkafka.h)."""

_PATIENCE = 30.0
"""Seconds that a cluster may take to find a topic or to make it: one that has just started knows of none."""

_PAUSE = 0.5
"""Seconds between two questions for a topic."""

_GRACE = 5.0
"""Seconds that a cluster has to tell of a topic, or a producer to end."""

_LOOK = 0.1
"""Seconds from a look at whether anybody waits for a batch to the next."""

_HOUSEKEEPING = 60.0
"""Seconds between looks at what librdkafka has to say while nothing is published, so that it does not pile up."""

Told = Callable[[KafkaError | None, object], None]
"""Hears of a message that it is acknowledged, or why it is not."""


class Record(NamedTuple):
    """What is produced."""

    topic: str
    value: bytes
    key: str | None
    headers: dict[str, Any]


class KafkaProducer:
    """For one thread. After a TransientError it can only be closed: some messages may still be under way."""

    def __init__(self, config: Mapping[str, Any], timeout: float) -> None:
        """Raises KafkaException when librdkafka cannot be configured so; `timeout` is in seconds, for each `send`."""
        self._timeout = timeout
        self._complaints = complaints = deque[str](maxlen=1)
        self._closed = Event()
        self._missing: set[str] = set()
        patience = {_PROPAGATION: round(timeout * 500)}
        # No method: it and its producer would keep each other alive after the end.
        more = {"error_cb": lambda error: complaints.append(error.str())}
        self._producer = Producer({**patience, **config, **_PROMISED, **more})
        Thread(target=self._keep_house, name="kafka-housekeeping", daemon=True).start()

    def send(self, records: Sequence[Record], stop: Event, taken: Taken = untold) -> None:
        """Returns when all are acknowledged; raises the first one's DeliveryError, with the number of those before.

        Meanwhile `taken` is told of each, in their order. Once `stop` is set, what is not sent yet never is: a
        TransientError.

        A cluster refuses what librdkafka put together, small messages with a large one: then each is sent by itself.
        """
        index, error = self._tried(records, stop, taken)
        if error and error.name() in _TOO_LARGE:
            index, error = self._tried_singly(records, stop, index, taken)
        if error:
            raise self._failure(records[index].topic, error, index)

    def close(self) -> None:
        """Ends it, with its threads and sockets, and forgets what nobody waits for any more; once is enough."""
        if self._closed.is_set():
            return
        self._closed.set()
        with suppress(KafkaException):
            self._producer.purge()
            self._producer.flush(_GRACE)
        del self._producer

    def _tried(self, records: Sequence[Record], stop: Event, taken: Taken = untold) -> tuple[int, KafkaError | None]:
        """How many were acknowledged before the first failure, and what it was."""
        unheard = KafkaError(KafkaError._MSG_TIMED_OUT, f"no acknowledgement within {self._timeout:g} s")  # noqa: SLF001 - how librdkafka's own errors are named
        outcomes: list[KafkaError | None] = [unheard] * len(records)
        progress = InOrder(len(records), taken)
        for index, record in enumerate(records):
            if stop.is_set():
                break
            try:
                self._produce(record, partial(_settle, outcomes, progress, index))
            except BufferError:
                outcomes[index] = KafkaError(KafkaError._QUEUE_FULL, "the producer's queue is full")  # noqa: SLF001 - as above
                break
            except KafkaException as error:
                outcomes[index] = error.args[0]
                break
        self._flush(stop)
        return next(((index, error) for index, error in enumerate(outcomes) if error), (len(records), None))

    def _produce(self, record: Record, told: Told) -> None:
        """Raises KafkaException, but not for what librdkafka was once told of a topic and is not so any more."""
        topic, value, key, headers = record
        try:
            self._producer.produce(topic, value, key, headers=headers, on_delivery=told)
        except KafkaException as error:
            if error.args[0].name() not in _OF_TOPIC:
                raise
            self._producer.list_topics(topic, _GRACE)
            self._producer.produce(topic, value, key, headers=headers, on_delivery=told)

    def _tried_singly(
        self, records: Sequence[Record], stop: Event, first: int, taken: Taken
    ) -> tuple[int, KafkaError | None]:
        for index in range(first, len(records)):
            _, error = self._tried(records[index : index + 1], stop)
            if error:
                return index, error
            taken(index)
        return len(records), None

    def _flush(self, stop: Event) -> None:
        """Waits for all that is under way. A fatal error is raised here, by a callback or out of one; once."""
        try:
            self._settled(stop)
        except (KafkaException, SystemError) as fatal:
            self._complaints.append(str(fatal.__cause__ or fatal))
            self._settled(stop)

    def _settled(self, stop: Event) -> None:
        """Returns when something is known of each, in time or not; forgets those that nobody waits for any more."""
        deadline = monotonic() + self._timeout
        while self._producer.flush(_LOOK) and monotonic() < deadline:
            if stop.is_set():
                self._producer.purge()

    def _failure(self, topic: str, error: KafkaError, delivered: int) -> DeliveryError:
        """What an error means for the message that it is about."""
        if error.name() in _REFUSED and not (error.name() in _NO_TOPIC and self._finds(topic)):
            refusal = f"kafka refuses the message for the topic '{topic}': {error.str()}"
            return PermanentError(refusal, delivered=delivered)
        why = "".join(f" ({complaint})" for complaint in self._complaints)
        return TransientError(f"kafka does not take messages: {error.str()}{why}", delivered=delivered)

    def _finds(self, topic: str) -> bool:
        """Whether the cluster has the topic after all, or may yet; it is waited for only once."""
        deadline = monotonic() + (0 if topic in self._missing else _PATIENCE)
        while self._lacks(topic):
            if monotonic() >= deadline:
                self._missing.add(topic)
                return False
            if self._closed.wait(_PAUSE):
                break
        return True

    def _lacks(self, topic: str) -> bool:
        try:
            found = self._producer.list_topics(topic, _GRACE).topics[topic]
        except KafkaException:
            return False
        return found.error is not None and found.error.name() in _NO_TOPIC

    def _keep_house(self) -> None:
        while not self._closed.wait(_HOUSEKEEPING):
            with suppress(KafkaException):
                self._producer.poll(0)


def _settle(
    outcomes: list[KafkaError | None], progress: InOrder, index: int, error: KafkaError | None, _: object
) -> None:
    outcomes[index] = error
    if error is None:
        progress.took(index)
