"""Publishing yields to acknowledging: a tool waits for its answer, and nobody for what is in the journal already."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

TURN = 0.001
"""Seconds of translating after which others get their turn."""

PATIENCE = 5 * TURN
"""Seconds from one turn of a route to the next of any, while somebody waits to be answered."""


class Turns:
    """The turns of all routes of one event loop; `answering` says whether somebody waits to be answered."""

    def __init__(
        self, answering: Callable[[], bool] = lambda: False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._answering, self._clock = answering, clock
        self._next = 0.0

    @property
    def yields(self) -> bool:
        """Whether somebody waits to be answered."""
        return self._answering()

    async def over(self) -> None:
        """Returns when a route that has had its turn may have another: at once, but for whom else is ready to run.

        However many wait, a turn comes: nothing holds publishing up for good.
        """
        now = self._clock()
        self._next = max(self._next, now) + PATIENCE if self.yields else now
        await asyncio.sleep(self._next - now)

    def begin(self, clock: Callable[[], float]) -> Turn:
        """A turn of a route that begins now, by its own clock."""
        return Turn(self, clock)


class Turn:
    """One turn of a route after the other, while it has something to do."""

    def __init__(self, turns: Turns, clock: Callable[[], float]) -> None:
        self._turns, self._clock = turns, clock
        self.begin()

    @property
    def yields(self) -> bool:
        """Whether somebody waits to be answered, of whose processor time it takes."""
        return self._turns.yields

    def begin(self) -> None:
        """There was nothing to do, and now there is: what was before does not count."""
        self._end = self._clock() + TURN

    async def passed(self) -> None:
        """Lets others have their turn, where this one's is over."""
        if self._clock() >= self._end:
            await self._turns.over()
            self.begin()
