"""Room for more notifications: within the journal's own limit, and on its disk."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress

from adapters.errors import JournalUnavailable
from adapters.journal import log
from adapters.journal.database import SPARE, Database

RESERVE = 16 << 20
"""Bytes that appends leave, of the disk or free in the file: with them routes still note what they have passed, and
pruning makes room."""


class Room:
    """What may be appended, and what gives way to it: what all `routes` have passed; nothing where they are None."""

    def __init__(self, database: Database, max_bytes: int, routes: Callable[[], Collection[str] | None]) -> None:
        self._database, self._max_bytes, self._routes = database, max_bytes, routes
        self._lack = ""
        self._spent = self._version = 0

    def check(self) -> None:
        """Raises JournalUnavailable where there was none when it was last made."""
        if self._lack:
            raise JournalUnavailable(f"journal {self._database.path}: {self._lack}")

    def make(self) -> None:
        """Makes room where there is none, outside of any transaction; raises JournalUnavailable as `Database` does."""
        self._database.check_in_place()
        if self._lacks():
            with suppress(JournalUnavailable):
                self._database.reclaim()
                self._give_way()

    def freed(self, seq: int) -> None:
        """Notes that a record, which a dead letter kept, may give way."""
        self._spent = min(self._spent, seq - 1)

    def _lacks(self) -> bool:
        self._lack = _lack(self._database, self._max_bytes)
        return bool(self._lack)

    def _give_way(self) -> None:
        """Deletes what is delivered, the oldest first, until there is room again.

        What dead letters keep of it is not looked at again: they may be many, and are the oldest.
        """
        below = 0 if (routes := self._routes()) is None else log.passed(self._database, routes) + 1
        if (version := self._database.number("PRAGMA data_version")) != self._version:
            self._version, self._spent = version, 0  # another process may have dropped some
        while self._lacks():
            found = log.spent(self._database, self._spent, below)
            self._spent = found[1] if found else max(self._spent, below - 1)
            if found is None:
                return
            log.prune(self._database, *found)
            self._database.reclaim()


def _lack(database: Database, max_bytes: int) -> str:
    """Why there is no room, and what to do; empty when there is. Raises JournalUnavailable as `Database` does."""
    if database.most() > max_bytes and database.size() > max_bytes:
        return (
            f"it is full ({max_bytes} bytes); "
            "a sink is behind (see its route's lag) or the size limit is too small for the retention"
        )
    free = database.free()
    if free < RESERVE and (free + database.ahead() < SPARE or free + database.unused() < RESERVE):
        return (
            f"the disk is full ({free} bytes are left, and the last {RESERVE} are for what was taken already); "
            "free some space or move the journal to a larger disk"
        )
    return ""
