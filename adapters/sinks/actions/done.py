"""Which events were acted on already: a file that survives restarts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from adapters import private
from adapters.errors import TransientError

KEPT = 1_000_000
"""How many names are remembered; the oldest are forgotten beyond that."""

_TABLE = "CREATE TABLE IF NOT EXISTS done (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL)"


class Done:
    """The names of events that were acted on. Each method raises TransientError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def has(self, name: str) -> bool:
        """Whether an event was acted on; its name is its own."""
        try:
            with closing(self._opened()) as database:
                return database.execute("SELECT 1 FROM done WHERE name = ?", (name,)).fetchone() is not None
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from None

    def add(self, name: str) -> None:
        """Notes, on disk, that an event was acted on."""
        try:
            with closing(self._opened()) as database, database:
                database.execute("INSERT OR IGNORE INTO done (name) VALUES (?)", (name,))
                database.execute("DELETE FROM done WHERE number <= (SELECT max(number) FROM done) - ?", (KEPT,))
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from None

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(private.made(self._path))
        database.execute(_TABLE)
        return database

    def _unusable(self, error: Exception) -> TransientError:
        return TransientError(f"{self._path}: {error}; free the disk, or check who owns the file")
