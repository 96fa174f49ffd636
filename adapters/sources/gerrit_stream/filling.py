"""From the backfill to the ledger, gap after gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from adapters.sources.contract import Context
from adapters.sources.gerrit.events import Event
from adapters.sources.gerrit.rest import BackfillFailed
from adapters.sources.gerrit_stream.backfill import backfill
from adapters.sources.gerrit_stream.ledger import Ledger
from adapters.sources.gerrit_stream.progress import Progress
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.patience import Sleep, patient

_KNOWS_NOTHING = (
    "the backfill does not know what the stream told: compare http.username and http.time_zone with Gerrit's"
)
_log = structlog.get_logger(__name__)


class Filler:
    """Asks for what was missed, a while after the gap opened: what happened just then is not known at once."""

    def __init__(self, settings: GerritStreamSettings, context: Context, ledger: Ledger, sleep: Sleep) -> None:
        self._settings, self._context, self._ledger = settings, context, ledger
        self._pulse = context.pulse.another()
        self._sleep = self._pulse.resting(sleep)
        self._backfill = backfill(settings, lambda: self._pulse.rest(settings.http.timeout))

    async def run(self) -> None:
        """Fills gaps until cancelled."""
        filling = patient(self._context.name, BackfillFailed, "cannot ask for what was missed", self._sleep)
        while True:
            with self._pulse.idle():
                await self._ledger.interruption()
            await self._sleep(self._settings.overlap)
            await filling(self._fill)

    async def _fill(self) -> None:
        """Brings everything that was missed until now; raises BackfillFailed."""
        since, before, told = self._since(), self._ledger.progress, 0
        pages = self._backfill(since)
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            told += len(page)
            await self._add([event for event in page if self._wanted(event)])
        if not told and before.expects(since):
            _log.warning(_KNOWS_NOTHING, source=self._context.name)
        await self._commit([], lambda progress: progress.closed(before.gap))
        _log.info("gap filled", source=self._context.name, events=told, complete=self._ledger.progress.complete)

    async def _add(self, missed: list[Event]) -> None:
        await self._commit(missed, lambda progress: progress.backfilled(missed))

    async def _commit(self, events: Sequence[Event], step: Callable[[Progress], Progress]) -> None:
        with self._pulse.idle():
            await self._ledger.commit(events, step)

    def _since(self) -> int:
        wanted = self._ledger.progress.complete - int(self._settings.overlap)
        furthest = int(self._context.clock().timestamp() - self._settings.window)
        if wanted < furthest:
            _log.error("older events are not asked for", source=self._context.name, since=wanted, window=furthest)
        return max(wanted, furthest)

    def _wanted(self, event: Event) -> bool:
        types = self._settings.events
        return (not types or event.type in types) and not self._ledger.progress.knows(event)
