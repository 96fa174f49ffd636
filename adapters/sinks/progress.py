"""How far a sink is with a batch whose messages are taken in any order."""

from __future__ import annotations

import asyncio

from adapters.sinks.contract import Taken

TELL_AFTER = 5
"""Messages after which it is told how many were taken."""


def from_thread(taken: Taken) -> Taken:
    """What tells it in the loop that runs now, from any thread."""
    loop = asyncio.get_running_loop()

    def tell(count: int) -> None:
        loop.call_soon_threadsafe(taken, count)

    return tell


class Progress:
    """Tells how many of the first messages were taken, whenever these are TELL_AFTER more; for one thread at a time."""

    def __init__(self, count: int, tell: Taken) -> None:
        self._taken = bytearray(count)
        self._first = self._told = 0
        self._tell = tell

    def took(self, index: int) -> None:
        """One more was taken."""
        self._taken[index] = True
        if index != self._first:
            return
        until = self._taken.find(0, index)
        self._first = until if until >= 0 else len(self._taken)
        if self._first - self._told >= TELL_AFTER:
            self._told = self._first
            self._tell(self._first)
