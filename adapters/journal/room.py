"""Whether there is room for more notifications: within the journal's own limit, and on its disk."""

from __future__ import annotations

from adapters.journal.database import SPARE, Database

RESERVE = 16 << 20
"""Bytes that appends leave, of the disk or free in the file: with them routes still note what they have passed, and
pruning makes room."""


def lack(database: Database, max_bytes: int) -> str:
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
