"""How fast routes come on, and when sources were heard last: by looks at the journal, of which some are remembered."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from adapters.journal import Database, log
from adapters.journal.pace import Heard, heard_since
from adapters.journal.status import RouteStatus

OVER = 60.0
"""Seconds that a route's rate is over, at most."""


class Rates:
    """Records that routes pass in a second, by where they were at looks before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._looks: deque[tuple[float, Mapping[str, int]]] = deque()

    def look(self, routes: Iterable[RouteStatus]) -> dict[str, float]:
        """The rate of each route that was looked at before; at least a second ago, for a shorter time says nothing."""
        now, cursors = self._clock(), {each.route: each.cursor for each in routes}
        with self._lock:
            while self._looks and now - self._looks[0][0] > OVER:
                self._looks.popleft()
            if not self._looks or now - self._looks[-1][0] >= 1:
                self._looks.append((now, cursors))
            then, before = self._looks[0]
        if now - then < 1:
            return {}
        return {name: (seq - before[name]) / (now - then) for name, seq in cursors.items() if name in before}


class LastHeard:
    """The last record of each source: what came since the look before is added to what is known."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._upto = 0
        self._known: dict[str, Heard] = {}

    def look(self, journal: Database) -> Mapping[str, Heard]:
        """By the source's name; not those that were not heard for long."""
        with self._lock:
            last = log.last(journal)
            self._known = {**self._known, **heard_since(journal, self._upto)}
            self._upto = last
            return self._known
