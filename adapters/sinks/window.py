"""How many messages may be under way to a sink: what it took of them and has not told of is what a kill repeats."""

from __future__ import annotations

from math import ceil, inf

FEW = 9
"""What keeps a sink busy that answers at once."""

PACE = 5000
"""Messages a second for which there is room, however long a sink takes for each."""


class Window:
    """A few, and as many as PACE needs where the sink takes its time for each, but never more than `most`.

    The quickest answer counts: a slower one waited for others, and with more of them it would only wait longer.
    """

    def __init__(self, most: int, few: int = FEW) -> None:
        self._most, self._few = most, few
        self._quickest = self._before = inf

    @property
    def size(self) -> int:
        """How many now; a few before the first answer."""
        quickest = min(self._quickest, self._before)
        return min(self._most, self._few if quickest == inf else max(self._few, ceil(PACE * quickest)))

    def answered(self, seconds: float) -> None:
        """One was answered, so long after it was sent."""
        self._quickest = min(self._quickest, seconds)

    def anew(self) -> None:
        """Nothing is under way: what is answered now counts, with what was answered since this was said last."""
        self._before, self._quickest = self._quickest, inf
