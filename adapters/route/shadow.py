"""A shadow: a route that publishes nothing, and says what another mapping would have changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from adapters.journal import Journal
from adapters.journal.routelog import RouteLog
from adapters.metrics import Metrics
from adapters.model import LARGE, Checkpoint, Message, Record
from adapters.route.differences import Difference, Verdict, compared
from adapters.route.rendered import Render, Rendered, at_once
from adapters.route.route import Route
from adapters.route.tally import Tally, key, tally

REST = 4
"""How many times as long as it has worked a shadow rests, so that it takes no more than a fifth of a processor."""

_LONGEST = 200
_log = structlog.get_logger(__name__)


def shadow(  # noqa: PLR0913 - two ways to render, and what a route needs
    name: str, source: str, journal: Journal, metrics: Metrics, *, old: Render, new: Render
) -> Route:
    """A route that compares what two ways of rendering make of each record of a source, from its own cursor on."""
    counts = tally(journal.checkpoints(key(name)))

    def compare(record: Record) -> Rendered:
        if record.notification.source != source:
            return Rendered()
        if len(record.notification.body) > LARGE:
            _log.info("too large to be compared", shadow=name, seq=record.seq)
            return Rendered()
        comparison = compared(old(record), new(record))
        metrics.shadowed(name, comparison.verdict)
        for difference in counts.add(comparison):
            _tell(name, record, comparison.verdict, difference)
        return Rendered()

    return Route(name, ShadowLog(journal, name, counts), at_once(compare), _Nowhere(), metrics)


def _tell(name: str, record: Record, verdict: Verdict, difference: Difference) -> None:
    _log.warning(
        "a shadow's mapping differs",
        shadow=name,
        seq=record.seq,
        verdict=verdict.value,
        path=difference.path,
        old=_short(difference.old),
        new=_short(difference.new),
    )


def _short(value: object) -> object:
    return f"{value[:_LONGEST]}…" if isinstance(value, str) and len(value) > _LONGEST else value


class ShadowLog(RouteLog):
    """The journal as a shadow follows it: without haste, and with its counts kept beside its cursor."""

    def __init__(
        self,
        journal: Journal,
        name: str,
        counts: Tally,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(journal, name)
        self._name, self._counts = name, counts
        self._clock, self._sleep = clock, sleep
        self._busy_since: float | None = None

    async def read(self, limit: int) -> list[Record]:
        """Up to `limit` records that were not read before, in order, after a rest."""
        if self._busy_since is not None:
            await self._sleep((self._clock() - self._busy_since) * REST)
        records = await super().read(limit)
        self._busy_since = self._clock() if records else None
        return records

    def taken(self) -> frozenset[bytes]:
        """None: it publishes nothing."""
        return frozenset()

    async def advance(self, seq: int, checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Passes a record, and all before it, and keeps what was counted."""
        counts = [Checkpoint(key(self._name), each, count) for each, count in self._counts.kept().items()]
        await super().advance(seq, [*checkpoints, *counts])


class _Nowhere:
    """The sink of a route that makes no messages."""

    async def publish(self, batch: Sequence[Message]) -> None:
        """It is never asked to."""

    async def aclose(self) -> None:
        """There is nothing to close."""
