"""DuckDB, over files of Parquet: its memory is bounded, what does not fit goes to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from adapters.store.parquet import EVENTS, LINKS

_MEMORY = "512MB"


class DuckDb:
    """An Engine. Its own file and all that it spills are in a folder, which is somebody else's to remove."""

    def __init__(self, folder: Path, tables: Path) -> None:
        """Over the folders `events` and `links` of a store of files."""
        self._connection = duckdb.connect(str(folder / "metrics.duckdb"))
        self.run(f"set memory_limit = '{_MEMORY}'; set temp_directory = '{folder}'; set timezone = 'UTC'")
        for table in (EVENTS, LINKS):
            files = str(tables / table / "**" / "*.parquet").replace("'", "''")
            read = f"read_parquet('{files}', hive_partitioning = false)"
            self.run(f"create temporary view {table} as select * from {read}")  # noqa: S608  quoted, and a user's own

    def run(self, sql: str) -> None:
        """Runs statements."""
        self._connection.execute(sql)

    def rows(self, sql: str) -> Sequence[Mapping[str, Any]]:
        """What a query gives."""
        found = self._connection.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def insert(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        """Adds rows."""
        for row in rows:
            places = ", ".join("?" * len(row))
            self._connection.execute(f"insert into {table} values ({places})", list(row))  # noqa: S608  a name of ours

    def close(self) -> None:
        """Ends the session."""
        self._connection.close()
