"""PostgreSQL, over the tables of a store: all is read as of one moment, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row

from adapters.store.database import SCHEMA, connected, failure

_SETTINGS = "set jit to off; set enable_nestloop to off; set work_mem to '128MB'"
"""To compile a query takes longer than to run it, where each is run once; and few are run at once.

How many rows are left by several columns together is guessed too low, as if none depended on another: a loop over them
would take as long as their square.
"""


class Postgres:
    """An Engine. A user of it needs to read the tables, and to make temporary ones."""

    def __init__(self, url: str, password: str | None = None, timeout: float = 0) -> None:
        """A statement may take `timeout` seconds, or as long as it wants where that is 0.

        Raises TransientError when the database cannot be reached, or has no store.
        """
        self._url = url
        self._connection = connected(url, password)
        self.run(f"set transaction isolation level repeatable read; set search_path to {SCHEMA}; {_SETTINGS}")
        self.run(f"set statement_timeout = {round(timeout * 1000)}")

    def run(self, sql: str) -> None:
        """Runs statements."""
        try:
            self._connection.execute(sql.encode())
        except psycopg.Error as error:
            raise failure(self._url, error) from None

    def rows(self, sql: str) -> Sequence[Mapping[str, Any]]:
        """What a query gives."""
        try:
            with self._connection.cursor(row_factory=dict_row) as cursor:
                return cursor.execute(sql.encode()).fetchall()
        except psycopg.Error as error:
            raise failure(self._url, error) from None

    def insert(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        """Adds rows."""
        with self._connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        """Ends the session, and with it the temporary tables."""
        self._connection.rollback()
        self._connection.close()
