"""A member of a Kafka consumer group, by librdkafka, which finds its way back to the brokers by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any, TypeVar

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from adapters.errors import ConfigError, Problem
from adapters.logs import Seldom
from adapters.sources.broker.consuming import attended, ended
from adapters.worker import Worker

Result = TypeVar("Result")

_IDLE = 0.5
"""Seconds that a call waits for the first message; a stop takes as long."""

_LINGER = 0.05
"""Seconds that it waits for those after the first."""

PATIENCE = 1.0
"""Seconds without a call after which the group might miss a member: `max.poll.interval.ms` is 300,000 or less."""

_FAREWELL = 5.0
"""Seconds that a cluster may take to let a member go."""

_log = structlog.get_logger(__name__)


class Member:
    """Everything but `call`, `holding` and `commit` is for the member's own thread."""

    def __init__(self, source: str, config: dict[str, Any]) -> None:
        """Raises ConfigError when librdkafka does not take the properties."""
        self._source = source
        self._seldom = Seldom()
        self._fetched: list[Message] = []
        self._work: asyncio.Future[None] | None = None
        self._paused = False
        self._loop = asyncio.get_running_loop()
        told = {"error_cb": self._complain, "on_commit": self._committed}
        try:
            self._consumer = Consumer({**config, **told})
        except KafkaException as error:
            raise ConfigError([Problem(f"sources.{source}", error.args[0].str())]) from None
        self._thread = Worker("kafka-source")

    async def call(self, work: Callable[[], Result]) -> Result:
        """What the work returns or raises, after what was asked for before."""
        return await self._thread.run(work)

    async def holding(self, work: Awaitable[None]) -> None:
        """Returns when the work is done, and stays a member however long that takes; nothing is fetched meanwhile.

        Where a partition of what was fetched goes to another member, the work is cancelled; what is left comes again.
        """
        self._work = asyncio.ensure_future(work)
        if not await attended(self._work, lambda: self.call(self._stay), PATIENCE):
            await self.call(self._go_back)
        if self._paused:
            await self.call(self._go_on)

    def join(self, topics: list[str]) -> None:
        """Asks for a part of the topics' partitions."""
        self._consumer.subscribe(topics, on_revoke=self._revoked)

    def fetch(self, limit: int, most: int) -> list[Message]:
        """What there is, once there is something: up to `limit` messages, and no more after `most` bytes of them.

        Raises KafkaException when the member cannot go on.
        """
        until, wait, size = float("inf"), _IDLE, 0
        self._fetched = []
        while len(self._fetched) < limit and size < most and (message := self._consumer.poll(wait)):
            until = min(until, monotonic() + _LINGER)
            wait = max(0.0, until - monotonic())
            if not self._failed(message.error()):
                self._fetched.append(message)
                size += len(message)
        return self._fetched

    def commit(self, messages: Iterable[Message]) -> None:
        """Commits that these were taken, without waiting: without a broker, librdkafka would wait for ever.

        What is not committed is delivered again, here or to who has its partition now, who alone says how far it came.
        """
        own = {(each.topic, each.partition) for each in self._consumer.assignment()}
        last: dict[tuple[Any, Any], Any] = {(each.topic(), each.partition()): each.offset() for each in messages}
        ends = [TopicPartition(*place, offset + 1) for place, offset in last.items() if place in own]
        if not ends:
            return
        try:
            self._consumer.commit(offsets=ends, asynchronous=True)
        except KafkaException as error:
            self._failed(error.args[0])

    def leave(self) -> None:
        """Gives the partitions back when all is committed, and ends the thread."""
        self._consumer.close()
        self._thread.close()

    def _stay(self) -> None:
        """Takes part in the group's life. What comes of a partition that is new meanwhile is to come again."""
        self._paused = True
        self._consumer.pause(self._consumer.assignment())
        message = self._consumer.poll(0)
        if message and not self._failed(message.error()):
            place = TopicPartition(message.topic() or "", message.partition() or 0, message.offset() or 0)
            self._consumer.pause([place])
            self._consumer.seek(place)

    def _go_on(self) -> None:
        self._paused = False
        self._consumer.resume(self._consumer.assignment())

    def _revoked(self, _: Consumer, gone: list[TopicPartition]) -> None:
        """Called by a poll before partitions go to another member: nothing of them comes of this one from then on."""
        places = {(each.topic, each.partition) for each in gone}
        kept = [each for each in self._fetched if (each.topic(), each.partition()) not in places]
        if self._work is not None and len(kept) < len(self._fetched):
            asyncio.run_coroutine_threadsafe(ended(self._work), self._loop).result()
        self._fetched = kept

    def _go_back(self) -> None:
        """What was fetched and is not done, of partitions that stay, comes again."""
        for place in _beginnings(self._fetched):
            self._consumer.seek(place)

    def _committed(self, error: KafkaError | None, _: object) -> None:
        if error is not None:
            self._complain(error)

    def _failed(self, error: KafkaError | None) -> bool:
        if error is not None:
            self._complain(error)
            if error.fatal():
                raise KafkaException(error)
        return error is not None

    def _complain(self, error: KafkaError) -> None:
        if self._seldom.allows(error.name()):
            _log.warning("kafka complains", source=self._source, reason=error.str())


def _beginnings(messages: Iterable[Message]) -> Iterator[TopicPartition]:
    first: dict[tuple[str, int], int] = {}
    for each in messages:
        first.setdefault((each.topic() or "", each.partition() or 0), each.offset() or 0)
    return (TopicPartition(*place, offset) for place, offset in first.items())


@asynccontextmanager
async def member(source: str, config: dict[str, Any], topics: list[str]) -> AsyncIterator[Member]:
    """A member of the group that the configuration names, until the end of the block.

    A cluster that is away by then is not waited for; it will notice that the member has gone.
    """
    made = Member(source, config)
    try:
        await made.call(lambda: made.join(topics))
        yield made
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await made.call(made.leave)
