"""DuckDB: its memory is bounded, and what does not fit goes to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from adapters.errors import ConfigError, Problem
from adapters.store.parquet import EVENTS, LINKS

_MEMORY = "600MB"


class DuckDb:
    """An Engine. Its own file and all that it spills are in a folder, which is somebody else's to remove."""

    def __init__(self, folder: Path) -> None:
        self._connection = duckdb.connect(str(folder / "metrics.duckdb"))
        self.run(f"set memory_limit = '{_MEMORY}'; set temp_directory = {quoted(folder)}; set timezone = 'UTC'")
        self.run("set preserve_insertion_order = false")

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


def over_files(engine: DuckDb, store: Path, *also: str) -> None:
    """Makes `events` and `links` the files of Parquet in these folders of a store, and other tables of its own as well.

    `also` are what the names of these begin with. Raises ConfigError where there are no files.
    """
    for table in (EVENTS, LINKS):
        files = quoted(store / table / "**" / "*.parquet")
        parquet = f"read_parquet({files}, hive_partitioning = false, union_by_name = true)"
        parts = [parquet, *(f"{name}_{table}" for name in also)]
        try:
            engine.run(f"create temporary view {table} as from {' union all by name from '.join(parts)}")
        except duckdb.IOException:
            raise ConfigError([Problem(str(store), f"there are no files of Parquet in {table}/")]) from None


def quoted(*paths: Path) -> str:
    """Paths as texts in SQL, separated by commas."""
    return ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
