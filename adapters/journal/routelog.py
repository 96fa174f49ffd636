"""The journal as one route follows it."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from adapters.journal.journal import Journal
from adapters.journal.marks import Marks, marks
from adapters.model import Checkpoint, Record

CAREFUL = 1000
"""How many records a route takes with care after a crash: as many as it may have had in its hands, and more."""


class RouteLog:
    """The journal as one route follows it: what it has not passed yet, and its dead letters."""

    def __init__(self, journal: Journal, route: str) -> None:
        self._journal = journal
        self._route = route
        self._last = journal.cursor(route)
        self._marks: Marks | None = None
        self.careful = self._last + CAREFUL if journal.crashed else 0

    async def read(self, limit: int) -> list[Record]:
        """Up to `limit` records that were not read before, in order; the first is the first that was not passed."""
        there = self._journal.last
        records = self._journal.recent(self._last, limit) or await self._journal.read(self._last, limit)
        self._last = records[-1].seq if records else max(self._last, there)
        return records

    def wait(self) -> Awaitable[None]:
        """Done when there is something to read."""
        return self._journal.wait(self._last)

    async def rewind(self) -> None:
        """Reads again from the first that was not passed."""
        self._last = self._journal.cursor(self._route)

    async def advance(self, seq: int, checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Passes a record, and all before it, and keeps checkpoints with that."""
        await self._journal.advance(self._route, seq, checkpoints)

    def taken(self) -> frozenset[bytes]:
        """The marks of what its sink took beyond what it has passed."""
        self._marks = self._marks or marks(self._journal.marks(self._route))
        return self._marks.beyond(self._last) if self._marks else frozenset()

    def note(self, seq: int, mark: bytes) -> None:
        """Notes that its sink took a message of a record, from any thread: a kill does not take that back."""
        if self._marks:
            self._marks.put(seq, mark)

    async def park(self, seq: int, reason: str) -> None:
        """Keeps a record as a dead letter."""
        await self._journal.park(self._route, seq, reason)

    async def due(self, limit: int) -> list[Record]:
        """The dead letters that are marked for another attempt, in order."""
        return await self._journal.due(self._route, limit)

    async def resolve(self, seq: int) -> None:
        """Forgets a dead letter that was delivered after all."""
        await self._journal.resolve(self._route, seq)

    async def outage(self, reason: str | None) -> None:
        """Notes why its sink takes nothing; None when it takes messages again."""
        await self._journal.outage(self._route, reason)

    async def begun(self, seq: int) -> int:
        """Notes that a record is about to be rendered; how often it was begun and not over, with this time."""
        return await self._journal.begun(self._route, seq)

    async def over(self, seq: int) -> int:
        """Notes that what was begun did not end the process; 0."""
        return await self._journal.over(self._route, seq)
