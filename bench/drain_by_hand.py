"""How a script would drain the journal to a broker, for this one tool and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson

from adapters.cdevents.ids import legacy_id
from bench.clients import Event

BATCH = 100


def batches(journal: Path, instance: str) -> Iterator[list[Event]]:
    """A hundred legacy events at a time; before the next hundred, it is on disk how far the script came."""
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        query, seq = "SELECT seq, received_at, body FROM notification WHERE seq > ? ORDER BY seq LIMIT ?", 0
        while rows := connection.execute(query, (seq, BATCH)).fetchall():
            yield [_event(instance, received_at, body) for _, received_at, body in rows]
            seq = rows[-1][0]
            connection.execute("REPLACE INTO cursor VALUES (?, ?)", (instance, seq))


def _event(instance: str, received_at: int, body: bytes) -> Event:
    id_ = legacy_id(instance, "", body)
    attributes = {
        "specversion": "1.0",
        "id": id_,
        "source": instance,
        "type": "legacy.jenkins",
        "time": datetime.fromtimestamp(received_at / 1e6, UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": orjson.loads(body),
    }
    return Event(id_, orjson.dumps(attributes))
