"""Whether there is room for more notifications: within the journal's own limit, and on its disk."""

from __future__ import annotations

from adapters.journal.database import Database

RESERVE = 16 << 20
"""Bytes of the disk that appends leave: with them routes still note what they have passed, and pruning makes room."""


def lack(database: Database, max_bytes: int) -> str:
    """Why there is no room, and what to do; empty when there is. Raises JournalUnavailable as `Database` does."""
    if database.size() > max_bytes:
        return (
            f"it is full ({max_bytes} bytes); "
            "a sink is behind (see its route's lag) or the size limit is too small for the retention"
        )
    if (free := database.free()) < RESERVE:
        return (
            f"the disk is full ({free} bytes are left, and the last {RESERVE} are for what was taken already); "
            "free some space or move the journal to a larger disk"
        )
    return ""
