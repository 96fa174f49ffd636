"""Publishing until the sink has taken or refused every message, in order, however long that takes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import structlog

from adapters.errors import AdapterError, DeliveryError, HungUp, PermanentError, TransientError
from adapters.logs import Outage
from adapters.metrics import Metrics
from adapters.model import Message
from adapters.route.persistence import Sleep, retrying
from adapters.sinks.contract import Pipelined, Sink, Taken, Telling, untold

HANG_UPS = 5
"""How often in a row a sink hangs up on one message alone before that is taken for a refusal of it."""

Note = Callable[[str | None], Awaitable[None]]
"""Is told why a sink takes nothing whenever that changes, and None when it takes messages again."""

_log = structlog.get_logger(__name__)


class Delivery:
    """One route's way to its sink.

    After a TransientError it tries again what was not taken, after 0.5 s, 1 s, 2 s, up to 60 s, with up to a second
    of jitter, and not before the sink's `retry_after`; a success in part starts the back-off anew. After it HungUp,
    the rest of a batch goes one by one: a message that it hangs up on HANG_UPS times is refused. When it takes
    messages again, the log has how long it did not, and how many records are `waiting`. `note` has it from the first
    failure on.
    """

    def __init__(  # noqa: PLR0913 - they are named
        self,
        route: str,
        sink: Sink,
        metrics: Metrics,
        *,
        sleep: Sleep = asyncio.sleep,
        waiting: Callable[[], int | None] = lambda: None,
        note: Note | None = None,
    ) -> None:
        self._route = route
        self._note, self._noted = note, ""
        self._outage, self._waiting = Outage(), waiting
        self._publishing = publishing(sink)
        self._metrics = metrics
        self._retrying = retrying(TransientError, self._note_retry, sleep)

    async def deliver(
        self, messages: Sequence[Message], sent: Awaitable[None] | None = None, taken: Taken = untold
    ) -> dict[int, str]:
        """Returns when each message is taken or refused: why it was refused, by its index.

        `sent` is what to wait for where they are on their way already. `taken` is told of each that was taken.
        """
        left = _Left(deque(enumerate(messages)), sent, taken)
        while left.pending:
            try:
                await self._retrying(self._publish, left)
            except PermanentError as error:
                left.refused[left.take()] = str(error)
        return left.refused

    async def _publish(self, left: _Left) -> None:
        messages, sent = left.next()
        try:
            await (sent or self._publishing(messages, left.telling(len(messages))))
        except DeliveryError as error:
            self._metrics.delivered(self._route, left.settle(error))
            left.blame(error)
            raise
        left.took(len(messages))
        self._metrics.delivered(self._route, len(messages))
        if (away := self._outage.ended()) is not None:
            _log.info("sink takes messages again", route=self._route, away=away, waiting=self._waiting())
            await self._tell("")

    async def _tell(self, reason: str) -> None:
        if self._note is not None and reason != self._noted:
            self._noted = reason
            await self._note(reason or None)

    async def _note_retry(self, error: AdapterError, attempt: int, pause: float) -> None:
        self._outage.begun()
        self._metrics.retried(self._route)
        _log.warning("sink is not taking messages", route=self._route, error=str(error), attempt=attempt, pause=pause)
        await self._tell(str(error))


@dataclass(slots=True)
class _Left:
    """What is left of a batch: messages by their index, of which all may be on their way already.

    `alone` says that they go one by one, `hang_ups` how often in a row the sink then hung up on the first.
    """

    pending: deque[tuple[int, Message]]
    sent: Awaitable[None] | None
    taken: Taken
    refused: dict[int, str] = field(default_factory=dict)
    alone: bool = False
    hang_ups: int = 0

    def next(self) -> tuple[list[Message], Awaitable[None] | None]:
        """The messages to publish, and what to wait for where that was begun."""
        sent, self.sent = self.sent, None
        return [message for _, message in islice(self.pending, 1 if self.alone else None)], sent

    def telling(self, count: int) -> Taken:
        """Tells of so many that are published next, by their place among these."""
        indexes = [index for index, _ in islice(self.pending, count)]
        return lambda place: self.taken(indexes[place])

    def took(self, count: int) -> None:
        """The first so many were taken."""
        for _ in range(count):
            self.taken(self.take())

    def take(self) -> int:
        """The index of the first message, of which nothing more is to be done."""
        self.hang_ups = 0
        index, _ = self.pending.popleft()
        return index

    def settle(self, error: DeliveryError) -> int:
        """Keeps what an attempt left: the message at fault, and what was not sent. Returns how many were taken."""
        self.took(error.delivered)
        after = {place - error.delivered: reason for place, reason in error.beyond.items()}
        for place in [place for place, reason in after.items() if reason is None]:
            self.taken(self.pending[place][0])
        self.refused |= {self.pending[place][0]: reason for place, reason in after.items() if reason is not None}
        self.pending = deque(each for place, each in enumerate(self.pending) if place not in after)
        return error.delivered + sum(reason is None for reason in after.values())

    def blame(self, error: DeliveryError) -> None:
        """Holds a hang-up against the first message; raises PermanentError when that is one too many."""
        hung_up = isinstance(error, HungUp)
        self.hang_ups = self.hang_ups + 1 if hung_up and self.alone else 0
        self.alone = self.alone or hung_up
        if self.hang_ups == HANG_UPS:
            raise PermanentError(f"each time that this message is sent, {error}")


def publishing(sink: Sink) -> Callable[[Sequence[Message], Taken], Awaitable[None]]:
    """Publishes by a sink, which tells of each message meanwhile where it can, and may begin before that is awaited."""

    async def sent(messages: Sequence[Message], taken: Taken) -> None:
        await (await sink.send(messages, taken))  # type: ignore[attr-defined]

    def published(messages: Sequence[Message], _: Taken) -> Awaitable[None]:
        return sink.publish(messages)

    if isinstance(sink, Pipelined):
        return sent
    return sink.tell if isinstance(sink, Telling) else published
