"""Which directories have changed."""

from __future__ import annotations

import os
from collections.abc import Callable

_SETTLED = 2 * 10**9


class Stamps:
    """Which directories have changed since they were looked at, by their modification times.

    One that changed within the last two seconds may change again without another time: it is looked at again.
    """

    def __init__(self, clock: Callable[[], int], beat: Callable[[], None] = lambda: None) -> None:
        """Times are from `clock`, in nanoseconds since 1970; `beat` is for each directory, and for who looks closer."""
        self._clock, self.beat = clock, beat
        self._seen: dict[str, int] = {}

    def changed(self, directory: str) -> bool:
        """Whether to look at it (again); raises OSError where it cannot be."""
        time = os.stat(directory).st_mtime_ns  # noqa: PTH116  a Path costs more than the stat, thousands of times a poll
        self.beat()
        if self._seen.get(directory) == time:
            return False
        self._seen[directory] = time if self._clock() - time > _SETTLED else -1
        return True

    def forget(self, directory: str) -> None:
        """The next time it counts as changed."""
        self._seen.pop(directory, None)
