"""The signs of life of a source: one that stalls would look like one whose tool says nothing."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

Sleep = Callable[[float], Awaitable[None]]


class Pulse:
    """When the loop of a source came on for the last time; any thread may say so.

    Whoever waits says for how long, or that it waits for others: only what should have come on by now is late.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = clock()
        self._idle = 0
        self._others: list[Pulse] = []

    def beat(self) -> None:
        """It comes on."""
        self._due = self._clock()

    def rest(self, seconds: float) -> None:
        """Nothing is due for so many seconds: a pause, or the time that an answer may take."""
        self._due = self._clock() + seconds

    def resting(self, sleep: Sleep) -> Sleep:
        """A sleep that is none of the lateness."""

        async def rest(seconds: float) -> None:
            self.rest(seconds)
            await sleep(seconds)
            self.beat()

        return rest

    @contextmanager
    def idle(self) -> Iterator[None]:
        """While others have to come on first: a broker that has nothing, which a keep-alive watches, or the journal."""
        self._idle += 1
        try:
            yield
        finally:
            self._idle -= 1
            self.beat()

    def another(self) -> Pulse:
        """That of a second loop of the same source, which is late where either is."""
        self._others.append(Pulse(self._clock))
        return self._others[-1]

    @property
    def late(self) -> float:
        """Seconds since it should have come on, 0 where nothing is due."""
        own = 0.0 if self._idle else max(0.0, self._clock() - self._due)
        return max([own, *(other.late for other in self._others)])
