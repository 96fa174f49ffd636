"""What is counted, and who is asked, whichever way it is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from adapters.journal.status import RouteStatus

Statuses = Callable[[], Iterable[RouteStatus]]
"""Tells how far routes, or shadows, have come; raises JournalUnavailable when it cannot."""


class Counter:
    """Counts by the values of its labels, from any thread."""

    def __init__(self, name: str, documentation: str, *labels: str) -> None:
        self.name, self.documentation, self.labels = name, documentation, labels
        self._lock = Lock()
        self._counts: dict[tuple[str, ...], float] = {}
        self._created: dict[tuple[str, ...], float] = {}

    def add(self, *values: str, count: int = 1) -> None:
        """Counts so many more, under a value of each label."""
        with self._lock:
            if values not in self._counts:
                self._created[values] = time.time()
            self._counts[values] = self._counts.get(values, 0.0) + count

    def samples(self) -> list[tuple[tuple[str, ...], float, float]]:
        """The values of the labels, the count, and since when it is counted, in seconds since 1970."""
        with self._lock:
            return [(values, count, self._created[values]) for values, count in self._counts.items()]


@dataclass(frozen=True, slots=True)
class Watched:
    """What is asked of the journal at each scrape: how far its routes and shadows are, and its bytes."""

    routes: Statuses
    size: Callable[[], int]
    shadows: Statuses


@dataclass(slots=True)
class Told:
    """All that there is to tell."""

    counters: list[Counter] = field(default_factory=list)
    watched: Watched | None = None
    stalled: Callable[[], Mapping[str, float]] | None = None
    led: Callable[[], Mapping[str, bool]] | None = None

    def counter(self, name: str, documentation: str, *labels: str) -> Counter:
        """A new one."""
        self.counters.append(made := Counter(name, documentation, *labels))
        return made
