"""What a sink remembers of runs that began, of their ends, and of merges: one SQLite file, beyond the process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from adapters import private
from adapters.errors import TransientError

_SCHEMA = """
pragma journal_mode = wal;
pragma synchronous = full;
create table if not exists events (
    id text primary key, about text not null, predicate text not null, time integer not null,
    trace blob not null, span blob not null, follows text not null
);
create index if not exists events_about on events (about, predicate, time);
"""
_PRUNE = "delete from events where rowid <= (select max(rowid) from events) - ?"
_PATIENCE = 30.0
"""Seconds for which another process, such as a replay, may hold the file."""


class Remembered(NamedTuple):
    """An event, and the span that tells of it; `follows` has the links it had, as JSON. `time` is in ns since 1970."""

    id: str
    about: str
    predicate: str
    time: int
    trace: bytes
    span: bytes
    follows: str


class Memory:
    """The last `most` events of those that are kept; used by one thread."""

    def __init__(self, path: Path, most: int) -> None:
        self._path, self._most = path, most
        self._database: sqlite3.Connection | None = None

    @contextmanager
    def batch(self) -> Iterator[None]:
        """What is kept within is on disk at its end, or none of it is; raises TransientError where it cannot be."""
        try:
            with self._opened() as database:
                yield
                database.execute(_PRUNE, [self._most])
        except (sqlite3.Error, OSError) as error:
            raise TransientError(f"{self._path}, the memory of an otlp sink, cannot be used: {error}") from None

    def keep(self, event: Remembered) -> None:
        """Remembers an event, or what is new of it."""
        self._opened().execute("insert or replace into events values (?, ?, ?, ?, ?, ?, ?)", event)

    def find(self, id_: str) -> Remembered | None:
        """The event with this id."""
        return self._one("select * from events where id = ?", id_)

    def latest(self, about: str, predicate: str, until: int) -> Remembered | None:
        """The last that happened to a subject, up to a time."""
        where = "about = ? and predicate = ? and time <= ? order by time desc, rowid desc limit 1"
        return self._one(f"select * from events where {where}", about, predicate, until)  # noqa: S608  no input is in it

    def close(self) -> None:
        """Closes the file."""
        if self._database is not None:
            self._database.close()

    def _one(self, sql: str, *parameters: object) -> Remembered | None:
        row = self._opened().execute(sql, parameters).fetchone()
        return None if row is None else Remembered(*row)

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(private.made(self._path), timeout=_PATIENCE)
            self._database.executescript(_SCHEMA)
        return self._database
