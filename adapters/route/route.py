"""From a log to a sink, in order, at least once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from adapters.errors import AdapterError, JournalUnavailable
from adapters.logs import Seldom
from adapters.metrics import Metrics
from adapters.model import Format, Message, Record
from adapters.route.contract import Log
from adapters.route.delivery import Delivery, Sleep, retrying
from adapters.route.rendering import Render, Rendered
from adapters.sinks.contract import Sink

POLL = 5.0
"""Seconds after which an idle route looks for dead letters that an operator has marked."""

_log = structlog.get_logger(__name__)


@dataclass
class Route:
    """Follows a log from its own cursor, and waits for nothing but its own sink.

    A record is passed when each of its messages is taken, or the record is parked with the reasons why one is not. A
    failing log or sink is tried again for ever; anything that is not an AdapterError comes out of `run`.
    """

    name: str
    log: Log
    render: Render
    sink: Sink
    metrics: Metrics
    batch: int = 100
    poll: float = POLL
    sleep: Sleep = asyncio.sleep

    def __post_init__(self) -> None:
        self._delivery = Delivery(self.name, self.sink, self.metrics, sleep=self.sleep)
        self._persistently = retrying(JournalUnavailable, self._note_journal, self.sleep)
        self._draining = asyncio.Event()
        self._seldom = Seldom()

    def drain(self) -> None:
        """Lets `run` return when the log has nothing more to read."""
        self._draining.set()

    async def run(self) -> None:
        """Publishes until drained; may be cancelled at any time, after which some messages may be published again."""
        while True:
            draining = self._draining.is_set()
            await self._retry_dead_letters()
            if records := await self._fetched(self.log.read):
                await self._pass(records)
            elif draining:
                return
            else:
                await self._idle()

    async def _pass(self, records: Sequence[Record]) -> None:
        for seq, reason in (await self._deliver(records)).items():
            await self._park(seq, reason)
        await self._persistently(self.log.advance, records[-1].seq)

    async def _retry_dead_letters(self) -> None:
        while records := await self._fetched(self.log.due):
            failures = await self._deliver(records)
            for record in records:
                if record.seq in failures:
                    await self._park(record.seq, failures[record.seq])
                else:
                    await self._persistently(self.log.resolve, record.seq)

    async def _fetched(self, fetch: Callable[[int], Awaitable[Sequence[Record]]]) -> Sequence[Record]:
        records: Sequence[Record] = await self._persistently(fetch, self.batch)
        return records

    async def _deliver(self, records: Sequence[Record]) -> dict[int, str]:
        """Publishes the records' messages; why a record could not be delivered whole, by its number."""
        failures: dict[int, list[str]] = defaultdict(list)
        messages: list[tuple[int, Message]] = []
        for record in records:
            rendered = self._rendered(record)
            messages += [(record.seq, message) for message in rendered.messages]
            if rendered.errors:
                failures[record.seq] += rendered.errors
            await asyncio.sleep(0)  # translating is work: others get their turn
        refused = await self._delivery.deliver([message for _, message in messages])
        for index, reason in refused.items():
            failures[messages[index][0]].append(reason)
        return {seq: "; ".join(reasons) for seq, reasons in failures.items()}

    def _rendered(self, record: Record) -> Rendered:
        rendered, source = self.render(record), record.notification.source
        for message in rendered.messages:
            if message.format is Format.CDEVENTS:
                self.metrics.translated(self.name, message.attributes["type"])
        if rendered.ignored:
            self.metrics.ignored(self.name, source, rendered.ignored)
        if rendered.unmatched:
            self.metrics.unmatched(self.name, source, rendered.unmatched)
            if self._seldom.allows(source):
                _log.warning("no rule covers a record", route=self.name, source=source, seq=record.seq)
        return rendered

    async def _park(self, seq: int, reason: str) -> None:
        await self._persistently(self.log.park, seq, reason)
        self.metrics.parked(self.name)
        _log.error("record parked as a dead letter", route=self.name, seq=seq, reason=reason)

    async def _idle(self) -> None:
        """Returns when there may be something to do."""
        hints = [asyncio.ensure_future(self.log.wait()), asyncio.ensure_future(self._draining.wait())]
        try:
            await asyncio.wait(hints, timeout=self.poll, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for hint in hints:
                hint.cancel()

    def _note_journal(self, error: AdapterError, attempt: int, pause: float) -> None:
        _log.error("journal cannot be used", route=self.name, error=str(error), attempt=attempt, pause=pause)
