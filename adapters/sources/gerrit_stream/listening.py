"""From the stream to the ledger, connection after connection."""

from __future__ import annotations

from contextlib import aclosing

import structlog

from adapters.logs import Seldom
from adapters.sources.contract import Context
from adapters.sources.gerrit.events import DROPPED, Event, parse
from adapters.sources.gerrit_stream.ledger import Ledger
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.gerrit_stream.stream import Lines, StreamLost, stream
from adapters.sources.patience import Sleep, patient

STEADY = 60.0
"""Seconds after which a connection that ends was a good one: the next is tried at once."""

_log = structlog.get_logger(__name__)


class Listener:
    """Hears what Gerrit says, and opens a gap wherever it may have said something else."""

    def __init__(self, settings: GerritStreamSettings, context: Context, ledger: Ledger, sleep: Sleep) -> None:
        self._settings, self._context, self._ledger = settings, context, ledger
        self._pulse = context.pulse
        self._seldom = Seldom()
        self._sleep = context.pulse.resting(sleep)
        self._connecting = patient(self._context.name, StreamLost, "no stream of events", self._sleep)

    async def run(self) -> None:
        """Listens until cancelled."""
        while True:
            await self._connecting(self._hear)

    async def _hear(self) -> None:
        """One connection; raises StreamLost unless it was a good one."""
        began, lines = self._context.clock(), Lines()
        try:
            async with aclosing(stream(self._settings, self._pulse)) as chunks:
                async for chunk in chunks:
                    self._connecting.again()
                    if not chunk:
                        self._ledger.interrupt()
                    await self._take(self._events(lines.feed(chunk)))
        except StreamLost as lost:
            if (self._context.clock() - began).total_seconds() < STEADY:
                raise
            _log.warning("stream of events lost", source=self._context.name, reason=str(lost))

    def _events(self, lines: list[bytes]) -> list[Event]:
        events = []
        for line in lines:
            try:
                events.append(parse(line))
            except ValueError as error:
                self._complain(line, str(error))
                self._ledger.interrupt()
        return events

    def _complain(self, line: bytes, reason: str) -> None:
        if count := self._seldom.allows(reason.partition(":")[0]):
            said, source = repr(line[:99]), self._context.name
            _log.warning("a line is not an event", source=source, line=said, reason=reason, since_last_said=count)

    async def _take(self, events: list[Event]) -> None:
        if any(event.type == DROPPED for event in events):
            self._ledger.interrupt()
        if events:
            with self._pulse.idle():
                await self._ledger.commit(events, lambda progress: progress.heard(events))
