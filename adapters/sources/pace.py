"""How gently a tool is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable


class Pace:
    """Lets one through at a time, so many a second at most."""

    def __init__(
        self, per_second: float, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._interval, self._clock, self._sleep = 1 / per_second, clock, sleep
        self._next = 0.0

    async def __call__(self) -> None:
        """Returns when it is time."""
        now = self._clock()
        wait = max(0.0, self._next - now)
        self._next = now + wait + self._interval
        if wait:
            await self._sleep(wait)
