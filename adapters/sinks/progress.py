"""How far a sink is with a batch whose messages are taken in any order."""

from __future__ import annotations

from adapters.sinks.contract import Taken


class InOrder:
    """Tells of messages in their order: of each once all before it are taken, too; for one thread at a time."""

    def __init__(self, count: int, tell: Taken) -> None:
        self._taken = bytearray(count)
        self._next = 0
        self._tell = tell

    def took(self, index: int) -> None:
        """One more was taken."""
        self._taken[index] = True
        while self._next < len(self._taken) and self._taken[self._next]:
            self._next += 1
            self._tell(self._next - 1)
