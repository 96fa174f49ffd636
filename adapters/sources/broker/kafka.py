"""Kafka: a consumer of a group, whose offsets are committed when their messages are in the journal.

All replicas of an adapter are one group, to each of which the cluster gives some of the partitions. Partitions come and
go only between two batches: there is nothing half done to be committed or dropped when the group is balanced anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import structlog
from pydantic import AfterValidator, Field

from adapters.brokers.connection import KafkaConnection, need
from adapters.brokers.kafka import properties
from adapters.logs import Seldom
from adapters.model import Receive
from adapters.sources.broker.consuming import BrokerLost, Consumer, Delivery, Keep, Sleep, lowered
from adapters.sources.contract import Context, SourceSettings

if TYPE_CHECKING:
    import confluent_kafka as kafka

Result = TypeVar("Result")

_IDLE = 0.5
"""Seconds that a call waits for the first message; a stop takes as long."""

_LINGER = 0.05
"""Seconds that it waits for those after the first."""

_PROMISED = ("group.id", "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset")
_log = structlog.get_logger(__name__)


def _not_promised(given: dict[str, str]) -> dict[str, str]:
    if found := [name for name in _PROMISED if name in given]:
        raise ValueError(f"'{found[0]}' is the source's own, for what it promises depends on it")
    return given


class KafkaSettings(SourceSettings, KafkaConnection):
    """Which topics (`^` begins a regular expression); replicas share the work by the same `group`.

    `start` is for partitions of which the group has no offset: with all that they hold, or with what comes.
    """

    type: Literal["kafka"]
    topics: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
    group: Annotated[str, Field(min_length=1)] = "cdevents-adapters"
    start: Literal["all", "new"] = "all"
    batch: Annotated[int, Field(gt=1, le=10_000)] = 500
    properties: Annotated[dict[str, str], AfterValidator(_not_promised)] = {}


class KafkaSource:
    """The messages of topics; a position is `<topic>/<partition>/<offset>`."""

    def __init__(self, settings: KafkaSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises ConfigError where the extra is not installed."""
        need("kafka", "confluent_kafka")
        self._settings, self._name = settings, context.name
        self._consumer = Consumer(context, self._session, sleep)

    async def run(self, receive: Receive) -> None:
        """Hands over what is delivered, until cancelled."""
        await self._consumer.run(receive)

    async def _session(self, keep: Keep) -> None:
        from confluent_kafka import KafkaException  # noqa: PLC0415 - only who uses this broker needs it

        try:
            async with _member(self._settings, self._name) as member:
                while True:
                    if messages := await member.call(member.fetch):
                        await keep([_delivery(message) for message in messages])
                        await member.call(member.commit)
        except KafkaException as error:
            raise BrokerLost(f"{', '.join(self._settings.brokers)}: {error.args[0].str()}") from None


@dataclass
class _Member:
    """A member of the group, for one thread; librdkafka finds its way back to the brokers by itself."""

    source: str
    batch: int
    consumer: kafka.Consumer
    thread: ThreadPoolExecutor
    seldom: Seldom = field(default_factory=Seldom)

    async def call(self, work: Callable[[], Result]) -> Result:
        """What the work returns or raises, in the member's thread, after what was asked for before."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    def fetch(self) -> list[kafka.Message]:
        """What there is, once there is something: a call for many waits for all of them as long as it may."""
        first = self.consumer.poll(_IDLE)
        messages = [first, *self.consumer.consume(self.batch - 1, _LINGER)] if first else []
        for message in messages:
            if error := message.error():
                self.note(error)
        return [message for message in messages if not message.error()]

    def commit(self) -> None:
        """Commits all that was fetched; what cannot be is delivered again, here or to who has the partition now."""
        from confluent_kafka import KafkaException  # noqa: PLC0415 - as above

        try:
            self.consumer.commit(asynchronous=False)
        except KafkaException as error:
            self.note(error.args[0])

    def note(self, error: kafka.KafkaError) -> None:
        """Says what librdkafka complains of, once a minute; raises KafkaException when it cannot go on."""
        from confluent_kafka import KafkaException  # noqa: PLC0415 - as above

        if error.fatal():
            raise KafkaException(error)
        if self.seldom.allows(error.name()):
            _log.warning("kafka complains", source=self.source, reason=error.str())


@asynccontextmanager
async def _member(settings: KafkaSettings, source: str) -> AsyncIterator[_Member]:
    """Joins the group, and leaves it at the end."""
    from confluent_kafka import Consumer as Client  # noqa: PLC0415 - as above

    seldom = Seldom()

    def complain(error: kafka.KafkaError) -> None:
        if seldom.allows(error.name()):
            _log.warning("kafka complains", source=source, reason=error.str())

    client = Client(
        {
            "partition.assignment.strategy": "cooperative-sticky",
            **properties(settings),
            "group.id": settings.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest" if settings.start == "all" else "latest",
            "socket.connection.setup.timeout.ms": round(settings.timeout * 1000),
            "error_cb": complain,
        }
    )
    member = _Member(source, settings.batch, client, ThreadPoolExecutor(1, "kafka-source"))
    try:
        client.subscribe([*settings.topics])
        yield member
    finally:
        await member.call(client.close)
        member.thread.shutdown(wait=False)


def _delivery(message: kafka.Message) -> Delivery:
    position = f"{message.topic()}/{message.partition()}/{message.offset()}"
    return Delivery(message.value() or b"", lowered(dict(message.headers() or ()).items()), position)
