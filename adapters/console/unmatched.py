"""What no rule covers, looked for piece by piece: a journal may be long, and a page must not wait for all of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

from adapters.console.console import Console
from adapters.journal import log
from adapters.replay.unmatched import Group, Unmatched

AT_ONCE = 0.3
"""Seconds that one look may take: the page asks again until all of the journal is looked at."""


class Found(NamedTuple):
    """The groups so far, the largest first, and the number up to which records are looked at, of the `last` one."""

    groups: Sequence[Group]
    upto: int
    last: int

    @property
    def whole(self) -> bool:
        """Whether all of the journal was looked at."""
        return self.upto >= self.last


class Looking:
    """Goes on where it stopped last; begins anew when a mapping is another one."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._mappings: Sequence[object] = ()
        self._unmatched = self._anew()

    def look(self) -> Found:
        """What there is after one more look; raises JournalUnavailable."""
        with self._console.journal() as journal:
            last = log.last(journal)
        with self._lock:
            if (mappings := [*map(self._console.translator, self._console.settings.sources)]) != self._mappings:
                self._mappings, self._unmatched = mappings, self._anew()
            until = time.monotonic() + AT_ONCE
            groups = self._unmatched.look(self._console.settings.journal.path, lambda: time.monotonic() >= until)
            whole = time.monotonic() < until
            return Found(groups, last if whole else self._unmatched.looked_at, last)

    def _anew(self) -> Unmatched:
        return Unmatched(self._console.translator, self._console.redact)
