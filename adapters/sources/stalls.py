"""Which sources have stalled, said once, and said again when they go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from adapters.sources.pulse import Pulse, Sleep

BOUND = 120.0
"""Seconds that a source may be late: longer than any step of one that comes on."""

EVERY = 5.0
"""Seconds between two looks."""

_log = structlog.get_logger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Stalls:
    """Looks at the pulses of sources, by name. What it has seen at its last look is what it tells."""

    def __init__(
        self,
        pulses: Mapping[str, Pulse],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = _now,
    ) -> None:
        self._pulses, self._clock, self._wall = pulses, clock, wall
        self._since: dict[str, datetime] = {}
        self._looked = clock()

    async def watch(self, sleep: Sleep) -> None:
        """Looks until cancelled."""
        while True:
            self.look()
            await sleep(EVERY)

    def look(self) -> None:
        """Notes who stalls and who goes on; nobody does at a look that is late itself, for then all stood still."""
        now, before, self._looked = self._clock(), self._looked, self._clock()
        for name, pulse in self._pulses.items():
            late = pulse.late
            if name in self._since and late < BOUND:
                self._goes_on(name)
            elif name not in self._since and late >= BOUND and now - before < 2 * EVERY:
                self._stalls(name, late)

    def reasons(self) -> list[str]:
        """A sentence for each source that stalls: its name, and since when."""
        return [f"the source {name} has stalled, since {_text(since)}" for name, since in self._since.items()]

    def seconds(self) -> dict[str, float]:
        """For how long each source has stalled; 0 where it comes on."""
        now = self._wall()
        return {name: (now - self._since.get(name, now)).total_seconds() for name in self._pulses}

    def _stalls(self, name: str, late: float) -> None:
        self._since[name] = since = self._wall() - timedelta(seconds=late)
        hint = "does its file system, or its tool, still answer? A restart goes on where it was"
        _log.error("source has stalled", source=name, since=_text(since), hint=hint)

    def _goes_on(self, name: str) -> None:
        since = self._since.pop(name)
        _log.warning("source goes on", source=name, stalled_since=_text(since))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
