"""What runs the SQL: a database that has the tables `events` and `links`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Engine(Protocol):
    """A session with a database. Temporary tables live as long as it does; times of the clock are in UTC."""

    def run(self, sql: str) -> None:
        """Runs statements; raises AdapterError where the database cannot."""

    def rows(self, sql: str) -> Sequence[Mapping[str, Any]]:
        """What a query gives, by the names of its columns."""

    def insert(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        """Adds rows to a temporary table."""
