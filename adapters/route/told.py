"""Which messages of the batches that are under way a sink has taken, as far as it has told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from adapters.route.batch import Batch

Note = Callable[[int, bytes], None]
"""Notes a message that was taken: the number of its record, and its mark."""


@dataclass(slots=True, eq=False)
class Taking:
    """What was told of one batch: `first` of its messages were taken without a gap, `untold` is to be noted yet."""

    batch: Batch
    first: int = 0
    untold: list[int] = field(default_factory=list)
    _taken: bytearray = field(init=False)
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        self._left = len(self.batch.messages)
        self._taken = bytearray(self._left)

    @property
    def complete(self) -> bool:
        """Whether all were taken."""
        return not self._left

    def add(self, index: int) -> None:
        """One was taken; whoever told that already is not heard."""
        if self._taken[index]:
            return
        self._taken[index] = True
        self._left -= 1
        self.untold.append(index)
        while self.first < len(self._taken) and self._taken[self.first]:
            self.first += 1


class Told:
    """Notes each message that was taken, once, in the thread that tells of it.

    But none of a batch before all of those before it are complete: if one of these fails, what was sent behind it is
    sent again, and nothing may stay before what it follows.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._lock = Lock()
        self._batches: deque[Taking] = deque()

    def begin(self, batch: Batch) -> Taking:
        """A batch is under way, behind all others."""
        taking = Taking(batch)
        with self._lock:
            self._batches.append(taking)
        return taking

    def took(self, taking: Taking, index: int) -> None:
        """A message of a batch was taken; of one that was forgotten, that is not noted."""
        with self._lock:
            taking.add(index)
            self._note_in_turn()

    def took_all(self, taking: Taking) -> None:
        """The messages of a batch were taken, all that was not told of yet."""
        with self._lock:
            for index in range(len(taking.batch.messages)):
                taking.add(index)
            self._note_in_turn()

    def over(self, taking: Taking) -> None:
        """A batch is settled, whatever of it was taken."""
        with self._lock:
            self._batches.remove(taking)
            self._note_in_turn()

    def forget(self, *, behind: Taking | None = None) -> None:
        """What was sent behind a batch, or at all, is sent again."""
        with self._lock:
            while self._batches and self._batches[-1] is not behind:
                self._batches.pop()

    def _note_in_turn(self) -> None:
        for each in self._batches:
            for index in each.untold:
                self._note(each.batch.seqs[index], each.batch.marks[index])
            each.untold.clear()
            if not each.complete:
                return
