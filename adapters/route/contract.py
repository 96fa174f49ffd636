"""What a route follows: the journal, or an archive that is replayed."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Protocol

from adapters.model import Record


class Log(Protocol):
    """A log as one route sees it. Every method may raise JournalUnavailable, and may be tried again."""

    careful: int
    """The number up to which its records may be what ended the process before this one."""

    async def read(self, limit: int) -> Sequence[Record]:
        """Up to `limit` records that were not read before, in order; at first those that were not passed."""

    async def rewind(self) -> None:
        """Makes `read` begin again with the first that was not passed."""

    def wait(self) -> Awaitable[object]:
        """Done when there may be something to read; of a log that does not grow, at once."""

    async def advance(self, seq: int) -> None:
        """Passes a record that was read, and all before it."""

    def taken(self) -> frozenset[bytes]:
        """The marks of what its sink took beyond what was passed, as far as they are known."""

    def note(self, seq: int, mark: bytes) -> None:
        """Notes at once, from any thread, that a message of a record that is not passed was taken."""

    async def park(self, seq: int, reason: str) -> None:
        """Keeps a record as a dead letter; a reason given again takes the place of the former."""

    async def due(self, limit: int) -> Sequence[Record]:
        """Up to `limit` dead letters that are marked for another attempt; parking or resolving one clears its mark."""

    async def resolve(self, seq: int) -> None:
        """Forgets a dead letter that was delivered after all."""

    async def outage(self, reason: str | None) -> None:
        """Notes for those who look on why its sink takes nothing; None when it takes messages again."""

    async def begun(self, seq: int) -> int:
        """Notes that a record is about to be rendered; how often it was begun and not over, with this time."""

    async def over(self, seq: int) -> int:
        """Notes that what was begun did not end the process; 0."""
