"""What all four have in common: keep a batch or wait until it can be kept, connect again when the broker is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential, wait_random

from adapters.cdevents.tracing import HEADERS
from adapters.errors import AdapterError, JournalUnavailable
from adapters.logs import Outage
from adapters.model import (
    DROPPED,
    FILE,
    JOINED,
    LOOKED_UP,
    REDACTED,
    RELAYED,
    STUB,
    TRUNCATED,
    Notification,
    Receive,
)
from adapters.sources.broker.own import has_cdevents, is_own
from adapters.sources.broker.relayed import relayed
from adapters.sources.broker.settings import BrokerSettings
from adapters.sources.contract import Context

STEADY = 60.0
"""Seconds after which a connection that ends was a good one: the back-off begins anew."""

IN_HAND = 16 << 20
"""Bytes of messages after which a batch is full, however few they are, and nothing more is asked of the broker."""

_ADDED = frozenset({DROPPED, FILE, JOINED, LOOKED_UP, REDACTED, RELAYED})
"""What another adapter has added to what came with a tool's words."""

_BACK_OFF = wait_exponential(multiplier=0.5, max=60) + wait_random(0, 1)
_PREFIXES = ("ce_", "ce-", "cloudevents_", "cloudevents:")
_log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[None]]


class BrokerLost(AdapterError):
    """There is no connection, or no more: connect again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a broker delivers: `headers` as `lowered` makes them, `position` as in a Notification."""

    body: bytes
    headers: Mapping[str, str]
    position: str = ""


Keep = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Returns when the deliveries are on disk: only then may the broker be told. None at all say that it is there."""

Session = Callable[[Keep], Awaitable[None]]
"""One connection to a broker: ends by raising BrokerLost."""


def lowered(headers: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Headers with names in lower case, of CloudEvents attributes as `ce-<name>` whatever the binding's prefix."""
    return {_name(name.lower()): _text(value) for name, value in headers}


async def together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Returns when all are done; where one fails, the others end as well."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def ended(work: asyncio.Future[Any]) -> None:
    """Ends it, if it is not done: what comes of it is for others."""
    work.cancel()
    await asyncio.wait([work])


async def attended(
    work: asyncio.Future[None], sign: Callable[[], Awaitable[None]] | None = None, every: float | None = None
) -> bool:
    """Whether it was done, and not ended by somebody else; what it raises is raised.

    While it goes on, a sign of life is given each so many seconds. Whoever is cancelled meanwhile, or cannot give
    one, ends the work.
    """
    try:
        while not (await asyncio.wait([work], timeout=every))[0]:
            if sign is not None:
                await sign()
    finally:
        await ended(work)
    if work.cancelled():
        return False
    work.result()
    return True


class Consumer:
    """Runs sessions for ever; `sleep` waits between two."""

    def __init__(
        self, context: Context, settings: BrokerSettings, session: Session, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._most, self._relayed = settings.max_message, settings.relayed
        self._context, self._session, self._sleep = context, session, context.pulse.resting(sleep)
        self._outage = Outage(self._now)

    async def run(self, receive: Receive) -> None:
        """Hands over what is delivered, until cancelled.

        What is for another source is passed over, and so is an empty body: to Kafka and MQTT it is a deletion.
        """
        keeping = self._retrying(JournalUnavailable, "journal cannot be used")

        async def keep(deliveries: Sequence[Delivery]) -> None:
            self._again()
            if notifications := self._heard(deliveries):
                await keeping(receive, notifications)

        connecting = self._retrying(BrokerLost, "no messages from the broker")
        while True:
            await connecting(self._connect, keep)

    async def _connect(self, keep: Keep) -> None:
        """One session; raises BrokerLost unless it was a good one."""
        began = self._now()
        try:
            await self._session(keep)
        except BrokerLost as lost:
            self._outage.begun()
            if self._now() - began < STEADY:
                raise
            _log.warning("broker lost, connecting again", source=self._context.name, reason=str(lost))

    def _again(self) -> None:
        if (away := self._outage.ended()) is not None:
            _log.info("the broker is there again", source=self._context.name, away=away)

    def _heard(self, deliveries: Sequence[Delivery]) -> list[Notification]:
        found = [[*self._wanted(each)] for each in deliveries if each.body]
        if others := found.count([]):
            self._context.metrics.passed_over(self._context.name, others)
        return [*chain.from_iterable(found)]

    def _wanted(self, delivery: Delivery) -> Iterator[Notification]:
        headers, body = delivery.headers, delivery.body
        if self._relayed:
            for words in relayed(headers, body):
                yield self._notification(Delivery(words.body, words.headers, delivery.position), words.heard_at, _ADDED)
        elif has_cdevents(headers, body) if self._context.cdevents else not is_own(headers, body):
            yield self._notification(delivery)

    def _notification(
        self, delivery: Delivery, heard_at: datetime | None = None, more: frozenset[str] = frozenset()
    ) -> Notification:
        translator = self._context.translator()
        wanted = HEADERS | more | (translator.headers if translator else frozenset())
        headers = {
            name: value
            for name, value in delivery.headers.items()
            if name == "content-type" or name.startswith("ce-") or name in wanted
        }
        moment = heard_at or self._context.clock()
        heard = Notification(self._context.name, delivery.body, moment, headers, delivery.position)
        if (size := len(delivery.body)) <= self._most:
            return heard
        return heard._replace(body=delivery.body[:STUB], headers={**headers, TRUNCATED: f"{size}/{self._most}"})

    def _now(self) -> float:
        return self._context.clock().timestamp()

    def _retrying(self, error: type[AdapterError], trouble: str) -> AsyncRetrying:
        def note(state: RetryCallState) -> None:
            if error is BrokerLost:
                self._outage.begun()
            reason, pause = state.outcome and state.outcome.exception(), round(state.upcoming_sleep, 1)
            _log.warning(trouble, source=self._context.name, reason=str(reason), pause=pause)

        retry = retry_if_exception_type(error)
        return AsyncRetrying(sleep=self._sleep, wait=_BACK_OFF, retry=retry, before_sleep=note, reraise=True)


def _name(name: str) -> str:
    prefix = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), None)
    return f"ce-{name.removeprefix(prefix)}" if prefix else name


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
