"""The checkpoints that may be shared: only what all routes have passed is behind one."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from adapters.model import Checkpoint

_Changes = dict[tuple[str, str], Checkpoint]


class Delivered:
    """Checkpoints wait here for what came with them, each only as it is in the end."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Sequence[Checkpoint]]] = deque()
        self._ready: _Changes = {}

    def note(self, seq: int, checkpoints: Sequence[Checkpoint]) -> None:
        """They may be shared when a record is passed, and all before it; later calls have no smaller one."""
        if checkpoints:
            self._waiting.append((seq, checkpoints))

    def passed(self, seq: int) -> Sequence[Checkpoint]:
        """A record is passed: all that may be shared, and was not."""
        while self._waiting and self._waiting[0][0] <= seq:
            self._ready.update({(each.source, each.key): each for each in self._waiting.popleft()[1]})
        return [*self._ready.values()]

    def shared(self) -> None:
        """All that `passed` gave at last is shared."""
        self._ready.clear()

    def forget(self) -> None:
        """There is nothing to be shared any more: another leads."""
        self._waiting.clear()
        self._ready.clear()
