"""Records that a route could not deliver: kept with the reason until they are delivered after all, or dropped.

Another process may list, mark and drop them while the service runs; the route that parked them does the delivering.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from adapters.journal import records
from adapters.journal.database import Database, micros, moment
from adapters.model import Record

PIECE = 2_000
"""How many are changed in one transaction."""

_IN_PIECE = (
    "route = ? AND seq > ? AND seq <= ? AND (? IS NULL OR reason IN (SELECT value FROM json_each(?)))"  # all, or these
)
_CHOSEN = f"SELECT route, seq FROM dead_letter WHERE {_IN_PIECE}"  # noqa: S608 - a constant
_PIECE_END = "SELECT max(seq) FROM (SELECT seq FROM dead_letter WHERE route = ? AND seq > ? ORDER BY seq LIMIT ?)"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`attempts` counts the times it was parked; `retry` is set from the operator's asking until the next attempt."""

    route: str
    seq: int
    reason: str
    parked_at: datetime
    attempts: int
    retry: bool


def park(database: Database, route: str, seq: int, reason: str, at: datetime) -> None:
    """Keeps a record as a dead letter of a route, or notes one more attempt at it."""
    database.run(
        "INSERT INTO dead_letter (route, seq, reason, parked_at, attempts, retry) VALUES (?, ?, ?, ?, 1, 0)"
        " ON CONFLICT (route, seq) DO UPDATE SET"
        " reason = excluded.reason, parked_at = excluded.parked_at, attempts = attempts + 1, retry = 0",
        route,
        seq,
        reason,
        micros(at),
    )


def due(database: Database, route: str, limit: int) -> list[Record]:
    """Up to `limit` records of a route that are marked for another attempt, in order."""
    rows = database.run(
        f"SELECT {records.COLUMNS} FROM dead_letter JOIN notification USING (seq)"  # noqa: S608 - names of columns
        " WHERE route = ? AND retry ORDER BY seq LIMIT ?",
        route,
        limit,
    )
    return [records.record(row) for row in rows]


def listed(database: Database, route: str | None = None, seq: int | None = None) -> list[DeadLetter]:
    """The dead letters of all routes, of one, or the one of a record, in order."""
    rows = database.run(
        "SELECT route, seq, reason, parked_at, attempts, retry FROM dead_letter"
        " WHERE route = coalesce(?, route) AND seq = coalesce(?, seq) ORDER BY route, seq",
        route,
        seq,
    )
    return [dead_letter(row) for row in rows]


def latest(database: Database) -> DeadLetter | None:
    """The one that was parked last, of any route."""
    rows = database.run(
        "SELECT route, seq, reason, parked_at, attempts, retry FROM dead_letter ORDER BY parked_at DESC LIMIT 1"
    )
    return dead_letter(rows[0]) if rows else None


def numbers(database: Database, count: int) -> list[tuple[int, str]]:
    """The numbers of the last so many records that any route has parked, the latest first, each with its source."""
    rows = database.run(
        "SELECT seq, source FROM (SELECT DISTINCT seq FROM dead_letter ORDER BY seq DESC LIMIT ?)"
        " JOIN notification USING (seq) ORDER BY seq DESC",
        count,
    )
    return [(seq, source) for seq, source in rows]


def retry(
    database: Database, route: str | None = None, seq: int | None = None, reasons: Collection[str] | None = None
) -> int:
    """Marks dead letters, chosen as in `listed` and by their reasons, for another attempt by the running service.

    How many.
    """
    chosen = _json(reasons)

    def mark(*piece: Any) -> int:
        with database.transaction():
            database.run(f"DELETE FROM attempt WHERE (route, seq) IN ({_CHOSEN})", *piece, chosen, chosen)  # noqa: S608 - a constant
            return database.change(f"UPDATE dead_letter SET retry = 1 WHERE {_IN_PIECE}", *piece, chosen, chosen)  # noqa: S608 - the same

    return sum(mark(*piece) for piece in _pieces(database, route, seq))


def drop(
    database: Database, route: str | None = None, seq: int | None = None, reasons: Collection[str] | None = None
) -> int:
    """Gives up dead letters, chosen as in `listed` and by their reasons; how many."""
    chosen = _json(reasons)
    delete = f"DELETE FROM dead_letter WHERE {_IN_PIECE}"  # noqa: S608 - a constant
    return sum(database.change(delete, *piece, chosen, chosen) for piece in _pieces(database, route, seq))


def resolve(database: Database, route: str, seq: int) -> None:
    """Forgets a dead letter that was delivered after all."""
    database.run("DELETE FROM dead_letter WHERE route = ? AND seq = ?", route, seq)


def count(database: Database, route: str) -> int:
    """How many a route has: counted in the narrower index, which has no reasons."""
    return database.number("SELECT count(*) FROM dead_letter INDEXED BY dead_letter_seq WHERE route = ?", route)


def counts(database: Database, besides: Collection[str]) -> dict[str, int]:
    """How many each route has that has some, but for some routes."""
    return {name: count(database, name) for name in _routes(database) if name not in besides}


def _pieces(database: Database, route: str | None, seq: int | None) -> Iterator[tuple[str, int, int]]:
    """What is chosen, in pieces of a route's numbers (beyond one, up to another), each to be changed by itself.

    The service writes between two of them: however many there are, it never waits long to acknowledge what it hears.
    """
    names = [route] if route is not None else _routes(database)
    for name in names:
        if seq is not None:
            yield name, seq - 1, seq
            continue
        after = 0
        while upto := database.number(_PIECE_END, name, after, PIECE):
            yield name, after, upto
            after = upto


def _json(reasons: Collection[str] | None) -> str | None:
    return None if reasons is None else orjson.dumps([*reasons]).decode()


def _routes(database: Database) -> list[str]:
    return [name for (name,) in database.run("SELECT DISTINCT route FROM dead_letter INDEXED BY dead_letter_seq")]


def dead_letter(row: Sequence[Any]) -> DeadLetter:
    """What is in a row of its table."""
    route, seq, reason, parked_at, attempts, marked = row
    return DeadLetter(route, seq, reason, moment(parked_at), attempts, bool(marked))
