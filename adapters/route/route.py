"""From a log to a sink, in order, at least once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from adapters.errors import AdapterError, JournalUnavailable
from adapters.logs import Seldom
from adapters.metrics import Metrics
from adapters.model import Record
from adapters.redaction import Redact
from adapters.route import hints
from adapters.route.ahead import Ahead
from adapters.route.batch import MOST_REASONS, Batch
from adapters.route.chunk import Aside, Chunk, Here
from adapters.route.contract import Log
from adapters.route.delivery import Delivery
from adapters.route.large import Large
from adapters.route.making import Making
from adapters.route.persistence import Sleep, retrying
from adapters.route.pipeline import Pipeline, Refused
from adapters.route.rendered import Render
from adapters.route.turns import Turns
from adapters.sinks.contract import Sink
from adapters.urls import public

POLL = 5.0
"""Seconds between two looks for dead letters that an operator has marked."""

PACE = 0.01
"""Seconds from a look at what is new to the next: what comes meanwhile goes together, and those who wait to be answered
do not wait for more of it than that."""

_log = structlog.get_logger(__name__)


@dataclass
class Route:
    """Follows a log from its own cursor, waits for nothing but its own sink, and has batches in flight to it.

    A record is passed when each of its messages is taken, or the record is parked with the reasons why one is not. A
    failing log or sink is tried again for ever. A bug in rendering parks its record; any other comes out of `run`.
    `redact` leaves secrets out of reasons. `waiting` is how many records are still to be passed, where that is known.
    `aside` may render a backlog elsewhere meanwhile.
    """

    name: str
    log: Log
    render: Render
    sink: Sink
    metrics: Metrics
    batch: int = 100
    in_flight: int = 1
    poll: float = POLL
    sleep: Sleep = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    large: Large = field(default_factory=Large)
    redact: Redact = public
    waiting: Callable[[], int | None] = lambda: None
    turns: Turns = field(default_factory=Turns)
    aside: Aside = field(default_factory=Here)

    def __post_init__(self) -> None:
        self._delivery = Delivery(
            self.name, self.sink, self.metrics, sleep=self.sleep, waiting=self.waiting, note=self._note_outage
        )
        self._pipeline = Pipeline(
            self.sink,
            self._delivery,
            self.in_flight,
            self._settled,
            clock=self.clock,
            reached=self._reached,
            note=self.log.note,
        )
        self._persistently = retrying(JournalUnavailable, self._note_journal, self.sleep)
        self._turn = self.turns.begin(self.clock)
        self._making = making = Making(
            self.name, self.log, self.render, self.metrics, self.large, self._turn, self.aside, self._persistently
        )
        self._ahead = Ahead(
            self.name, self.batch, self.render, self.aside, self._read, lambda: making.careful, self._turn
        )
        self._noting: asyncio.Future[None] | None = None
        self._passed = 0
        self._publishing: asyncio.Future[None] | None = None
        self._holders, self._free = 0, asyncio.Event()
        self._free.set()
        self._draining = asyncio.Event()
        self._seldom = Seldom()
        self._next = self.clock()
        self._due: asyncio.Future[None] | None = None
        self._refusals: dict[int, list[str]] = {}

    def drain(self) -> None:
        """Lets `run` return when the log has nothing more to read."""
        self._draining.set()

    async def run(self) -> None:
        """Publishes until drained; may be cancelled at any time, after which some messages may be published again."""
        while not await self._published():
            await self._free.wait()
            await self._persistently(self.log.rewind)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Publishes nothing within; what was under way is forgotten, and what was not passed is read anew."""
        self._holders += 1
        self._free.clear()
        try:
            if self._publishing is not None:
                await _ended(self._publishing)
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._free.set()

    async def _published(self) -> bool:
        """Whether it published until drained, and was not held."""
        await self._free.wait()
        self._publishing = publishing = asyncio.ensure_future(self._forgetting())
        try:
            await asyncio.wait([publishing])
        finally:
            await _ended(publishing)
        if not publishing.cancelled():
            publishing.result()
        return not publishing.cancelled()

    async def _forgetting(self) -> None:
        stopping = asyncio.ensure_future(self._draining.wait())
        try:
            await self._publish(stopping)
        finally:
            stopping.cancel()
            await self._pipeline.aclose()
            if self._noting is not None:
                await _ended(self._noting)
                self._noting = None
            self._ahead.forget()
            self._refusals.clear()
            self._passed = 0

    async def _publish(self, stopping: asyncio.Future[Any]) -> None:
        known = self.log.taken()
        while True:
            draining = self._draining.is_set()
            await self._retry_dead_letters()
            early = 0.0 if draining else self._next - self.clock()
            if (early <= 0 or self._ahead) and (chunk := await self._ahead.next()):
                async with aclosing(self._making.batches(chunk)) as batches:
                    async for batch in batches:
                        if known:
                            batch.leave_out(known)
                        await self._pipeline.put(batch)
            elif self._pipeline.answered or (draining and not self._pipeline.empty):
                await self._pipeline.settle()
            else:
                await self._noted()
                if draining:
                    return
                await self._idle(early, stopping)

    async def _read(self) -> Sequence[Record]:
        """What is new; where that is not all that fits into a batch, the next look is a while later."""
        records = await self._fetched(self.log.read)
        if 0 < len(records) < self.batch:
            self._next = self.clock() + PACE
        return records

    async def _settled(self, batch: Batch, refused: Refused) -> None:
        """Parks what was refused; notes how far the route came while the next batch is on its way already."""
        reasons = self._gathered(batch, refused)
        if batch.last is None:
            return
        for seq in [seq for seq in reasons if seq <= batch.last]:
            await self._park(seq, "; ".join(reasons.pop(seq)))
        if batch.last > self._passed:
            await self._noted()
            self._pass(batch.last)

    def _reached(self, batch: Batch, count: int) -> None:
        """Notes how far the route is inside a batch, unless something is being noted, or has yet to be parked."""
        idle = self._noting is None or self._noting.done()
        passed = batch.seqs[count] - 1 if count < len(batch.seqs) else batch.last
        if idle and passed is not None and passed > self._passed and not (batch.failures or self._refusals):
            self._pass(passed)

    def _pass(self, seq: int) -> None:
        self._passed = seq
        self._noting = asyncio.ensure_future(self._persistently(self.log.advance, seq))

    def _gathered(self, batch: Batch, refused: Refused) -> dict[int, list[str]]:
        """Why records are not delivered whole, with what is known of pieces that came before."""
        for seq, found in batch.reasons(refused).items():
            known = self._refusals.setdefault(seq, [])
            known.extend(found[: MOST_REASONS - len(known)])
        return self._refusals

    async def _noted(self) -> None:
        if self._noting is not None:
            await self._noting

    async def _retry_dead_letters(self) -> None:
        if self._due is not None and not self._due.done():
            return
        self._due = hints.after(self.poll)
        while records := await self._fetched(self.log.due):
            while not self._pipeline.empty:
                await self._pipeline.settle()
            async with aclosing(self._making.batches(Chunk(records))) as batches:
                async for batch in batches:
                    failures = self._gathered(batch, await self._delivery.deliver(batch.messages))
            for record in records:
                if reasons := failures.pop(record.seq, None):
                    await self._park(record.seq, "; ".join(reasons))
                else:
                    await self._persistently(self.log.resolve, record.seq)

    async def _fetched(self, fetch: Callable[[int], Awaitable[Sequence[Record]]]) -> Sequence[Record]:
        records: Sequence[Record] = await self._persistently(fetch, self.batch)
        return records

    async def _park(self, seq: int, reason: str) -> None:
        reason = self.redact(reason)
        await self._persistently(self.log.park, seq, reason)
        self.metrics.parked(self.name)
        if count := self._seldom.allows("parked"):
            _log.error("record parked as a dead letter", route=self.name, seq=seq, reason=reason, since_last_said=count)

    async def _idle(self, early: float, stopping: asyncio.Future[Any]) -> None:
        """Returns when there may be something to do: not before its time, where a look at the log would be `early`."""
        hint = hints.after(early) if early > 0 else asyncio.ensure_future(self.log.wait())
        looking = [self._due] if self._due is not None else []
        try:
            await hints.first([stopping, hint, *looking, *self._pipeline.answers])
        finally:
            hint.cancel()
            self._turn.begin()

    async def _note_outage(self, reason: str | None) -> None:
        """For those who look on: where it cannot be written now, nothing waits for it."""
        with suppress(JournalUnavailable):
            await self.log.outage(None if reason is None else self.redact(reason))

    async def _note_journal(self, error: AdapterError, attempt: int, pause: float) -> None:
        _log.error("journal cannot be used", route=self.name, error=str(error), attempt=attempt, pause=pause)


async def _ended(work: asyncio.Future[None]) -> None:
    """Ends it, if it has not: what comes of it does not count."""
    work.cancel()
    await asyncio.wait([work])
