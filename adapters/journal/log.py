"""The log in the journal: notifications, the checkpoints that came with them, and one cursor per route."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import orjson

from adapters.journal.database import Database, micros, moment
from adapters.model import Checkpoint, Notification, Record

READ_BYTES = 8 << 20
"""A read ends after this many bytes of bodies, so that large notifications do not fill the memory."""

PRUNE_ROWS = 500
"""How many records one pruning transaction deletes, so that appends never wait long for it."""


def append(database: Database, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint]) -> int:
    """Stores notifications and where their sources stand after them; the number of the last record."""
    database.insert(
        "INSERT INTO notification (source, received_at, headers, position, body) VALUES (?, ?, ?, ?, ?)",
        ((n.source, micros(n.received_at), orjson.dumps(dict(n.headers)), n.position, n.body) for n in notifications),
    )
    for checkpoint in checkpoints:
        _keep(database, checkpoint)
    return last(database)


def read(database: Database, after: int, limit: int) -> list[Record]:
    """Up to `limit` records beyond `after`, in order; fewer, but never none, where bodies pass READ_BYTES."""
    rows = database.rows(
        "SELECT seq, source, received_at, headers, position, body FROM notification WHERE seq > ? ORDER BY seq LIMIT ?",
        after,
        limit,
    )
    with closing(rows):
        return list(_bounded(rows))


def record(database: Database, seq: int) -> Record | None:
    """One record, or None when it was pruned."""
    rows = database.run("SELECT seq, source, received_at, headers, position, body FROM notification WHERE seq = ?", seq)
    return as_record(rows[0]) if rows else None


def last(database: Database) -> int:
    """The number given last, 0 at the start; it never falls."""
    return database.number("SELECT seq FROM sqlite_sequence WHERE name = 'notification'")


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
        _keep(database, checkpoint)


def prunable(database: Database, routes: Collection[str], now: datetime, keep: timedelta) -> int:
    """The number below which records may go: all `routes` have passed them, and none was heard within `keep`.

    A time that is further ahead than `keep` was told by a clock that was wrong, and holds nothing.
    """
    passed = min((cursor(database, route) for route in routes), default=last(database))
    young = database.run(
        "SELECT seq FROM notification WHERE seq <= ? AND received_at BETWEEN ? AND ? ORDER BY seq LIMIT 1",
        passed,
        micros(now - keep),
        micros(now + keep),
    )
    return int(young[0][0]) if young else passed + 1


def prune(database: Database, below: int) -> int:
    """Deletes up to PRUNE_ROWS of the oldest records; how many. What a dead letter needs stays."""
    return database.change(
        "DELETE FROM notification WHERE seq IN (SELECT seq FROM notification WHERE seq < ?"
        " AND seq NOT IN (SELECT seq FROM dead_letter) ORDER BY seq LIMIT ?)",
        below,
        PRUNE_ROWS,
    )


def as_record(row: Sequence[Any]) -> Record:
    """The record in a row of seq, source, received_at, headers, position and body."""
    seq, source, received_at, headers, position, body = row
    return Record(seq, Notification(source, body, moment(received_at), orjson.loads(headers), position))


def _keep(database: Database, checkpoint: Checkpoint) -> None:
    source, key, value = checkpoint.source, checkpoint.key, checkpoint.value
    if value is None:
        database.run("DELETE FROM checkpoint WHERE source = ? AND key = ?", source, key)
    else:
        database.run("REPLACE INTO checkpoint (source, key, value) VALUES (?, ?, ?)", source, key, value)


def _bounded(rows: Iterator[tuple[Any, ...]]) -> Iterator[Record]:
    size = 0
    for row in rows:
        yield as_record(row)
        size += len(row[-1])
        if size >= READ_BYTES:
            return
