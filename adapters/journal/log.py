"""The log in the journal: notifications, the checkpoints that came with them, and one cursor per route."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from adapters.journal import records
from adapters.journal.database import Database, micros
from adapters.model import LENT, Checkpoint, Notification, Record

READ_BYTES = 8 << 20
"""A read ends after this many bytes of bodies, so that large notifications do not fill the memory."""

PRUNE_ROWS = 500
"""How many records one pruning transaction deletes, so that appends never wait long for it."""


def append(database: Database, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint]) -> int:
    """Stores notifications and where their sources stand after them; the number of the last record."""
    database.insert(records.INSERT, map(records.row, notifications))
    for checkpoint in checkpoints:
        keep(database, checkpoint)
    return last(database)


def read(database: Database, after: int, limit: int) -> list[Record]:
    """Up to `limit` records beyond `after`, in order; fewer, but never none, where bodies pass READ_BYTES."""
    rows = database.rows(
        f"SELECT {records.COLUMNS} FROM notification WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - names of columns
        after,
        limit,
    )
    with closing(rows):
        return list(_bounded(rows))


def record(database: Database, seq: int) -> Record | None:
    """One record, or None when it was pruned."""
    rows = database.run(f"SELECT {records.COLUMNS} FROM notification WHERE seq = ?", seq)  # noqa: S608 - names of columns
    return records.record(rows[0]) if rows else None


def sources(database: Database) -> list[str]:
    """The sources of which it has notifications, by name."""
    return [name for (name,) in database.run("SELECT DISTINCT source FROM notification ORDER BY source")]


def last(database: Database) -> int:
    """The number given last, 0 at the start; it never falls."""
    return database.number("SELECT seq FROM sqlite_sequence WHERE name = 'notification'")


def before(database: Database, moment: datetime) -> int:
    """The number after which is what was heard from a time on; the last where nothing was."""
    heard = "SELECT seq FROM notification WHERE received_at >= ? ORDER BY seq LIMIT 1"
    return (database.number(heard, micros(moment)) or last(database) + 1) - 1


def back(database: Database, count: int) -> int:
    """The number after which there are the last so many records, or all where there are fewer."""
    return database.number("SELECT seq FROM notification ORDER BY seq DESC LIMIT 1 OFFSET ?", count)


def numbers(database: Database, count: int) -> list[tuple[int, str]]:
    """The numbers of the last so many records, the latest first, each with its source; without what was said."""
    rows = database.run("SELECT seq, source FROM notification ORDER BY seq DESC LIMIT ?", count)
    return [(seq, source) for seq, source in rows]


def checkpoints(database: Database, source: str) -> dict[str, str]:
    """Where a source stands, by checkpoint key."""
    return dict(database.run("SELECT key, value FROM checkpoint WHERE source = ?", source))


def cursor(database: Database, route: str) -> int:
    """The number of the last record that a route has passed, 0 for a new route."""
    return database.number("SELECT seq FROM cursor WHERE route = ?", route)


def advance(database: Database, route: str, seq: int, checkpoints: Sequence[Checkpoint] = ()) -> None:
    """Moves a route's cursor forward, never back, and keeps what goes with it."""
    database.run(
        "INSERT INTO cursor (route, seq) VALUES (?, ?) ON CONFLICT (route) DO UPDATE SET seq = max(seq, excluded.seq)",
        route,
        seq,
    )
    for checkpoint in checkpoints:
        keep(database, checkpoint)


def begun(database: Database, route: str, seq: int) -> int:
    """Notes that a route has begun a record; how often it has."""
    database.run(
        "INSERT INTO attempt (route, seq, count) VALUES (?, ?, 1)"
        " ON CONFLICT (route, seq) DO UPDATE SET count = count + 1",
        route,
        seq,
    )
    return database.number("SELECT count FROM attempt WHERE route = ? AND seq = ?", route, seq)


def over(database: Database, route: str, seq: int) -> int:
    """Forgets that a route has begun a record; 0."""
    database.run("DELETE FROM attempt WHERE route = ? AND seq = ?", route, seq)
    return 0


def passed(database: Database, routes: Collection[str]) -> int:
    """The number of the last record that all routes have passed; the last of all where there are none."""
    return min((cursor(database, route) for route in routes), default=last(database))


def prunable(database: Database, routes: Collection[str], now: datetime, keep: timedelta) -> int:
    """The number below which records may go: all `routes` have passed them, and none was heard within `keep`.

    A time that is further ahead than `keep` was told by a clock that was wrong, and holds nothing.
    """
    done = passed(database, routes)
    young = database.run(
        "SELECT seq FROM notification WHERE seq <= ? AND received_at BETWEEN ? AND ? ORDER BY seq LIMIT 1",
        done,
        micros(now - keep),
        micros(now + keep),
    )
    return int(young[0][0]) if young else done + 1


def spent(database: Database, after: int, below: int) -> tuple[int, int] | None:
    """The first and last of up to PRUNE_ROWS records that may go, of those between two; None where there is none.

    What a dead letter needs stays.
    """
    [(first, last)] = database.run(
        "SELECT min(seq), max(seq) FROM (SELECT seq FROM notification WHERE seq > ? AND seq < ?"
        " AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.seq = notification.seq) ORDER BY seq LIMIT ?)",
        after,
        below,
        PRUNE_ROWS,
    )
    return None if first is None else (first, last)


def prune(database: Database, first: int, last: int) -> int:
    """Deletes the records from one to another, but for what a dead letter needs; how many."""
    database.run("DELETE FROM attempt WHERE seq BETWEEN ? AND ?", first, last)
    return database.change(
        "DELETE FROM notification WHERE seq BETWEEN ? AND ?"
        " AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.seq = notification.seq)",
        first,
        last,
    )


def take_back(database: Database, source: str, told: int, routes: Collection[str]) -> int:
    """Forgets what is lent to a source, beyond what all `routes` have passed and what its broker was `told`; how many.

    Dead letters among it go as well, for it comes again. Routes pass what is gone.
    """
    after = max(told, passed(database, routes))
    lent = "seq > ? AND source = ? AND instr(headers, ?)"
    having = after, source, f'"{LENT}":'.encode()
    for table in ("attempt", "dead_letter"):
        database.run(f"DELETE FROM {table} WHERE seq IN (SELECT seq FROM notification WHERE {lent})", *having)  # noqa: S608 - names of tables
    count = database.change(f"DELETE FROM notification WHERE {lent}", *having)  # noqa: S608 - as above
    for route in routes if count else ():
        left = database.number("SELECT min(seq) FROM notification WHERE seq > ?", cursor(database, route))
        advance(database, route, (left or last(database) + 1) - 1)
    return count


def keep(database: Database, checkpoint: Checkpoint) -> None:
    """Stores where a source stands, or forgets it."""
    source, key, value = checkpoint.source, checkpoint.key, checkpoint.value
    if value is None:
        database.run("DELETE FROM checkpoint WHERE source = ? AND key = ?", source, key)
    else:
        database.run("REPLACE INTO checkpoint (source, key, value) VALUES (?, ?, ?)", source, key, value)


def _bounded(rows: Iterator[tuple[Any, ...]]) -> Iterator[Record]:
    size = 0
    for row in rows:
        yield (record := records.record(row))
        size += len(record.notification.body)
        if size >= READ_BYTES:
            return
