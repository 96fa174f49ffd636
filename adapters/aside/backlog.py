"""Whether there is a backlog, and one for which another process pays."""

from __future__ import annotations

import time
from collections.abc import Callable

BUSY = 0.25
"""Seconds of a backlog after which another process pays, where this one computes for long enough of them."""

SHARE = 1 / 3
"""The part of the time that is long enough: it need not be all, where others want the processors too."""

GAP = 1.0
"""Seconds without a full batch after which there is no backlog any more."""

IDLE = 10.0
"""Seconds without a full batch after which no other process is needed."""


class Backlog:
    """What is known of it by the full batches that routes read; `used` is how many seconds this process has computed.

    One that is computing has rendering for its bottleneck, and not its sinks.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, used: Callable[[], float] = time.process_time
    ) -> None:
        self._clock, self._used = clock, used
        self._seen = self._since = clock()
        self._before = used()

    def pays(self) -> bool:
        """Tells of a full batch; whether another process pays by now."""
        now, used = self._clock(), self._used()
        gap, elapsed, computed = now - self._seen, now - self._since, used - self._before
        self._seen = now
        if gap <= GAP and elapsed < BUSY:
            return False
        self._since, self._before = now, used
        return gap <= GAP and computed >= elapsed * SHARE

    @property
    def over(self) -> bool:
        """Whether there has been none for a while."""
        return self._clock() > self._seen + IDLE
