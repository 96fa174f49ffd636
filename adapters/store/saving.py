"""Rows into PostgreSQL: all of a batch or nothing, and each event once, however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import psycopg

from adapters.store.database import SCHEMA
from adapters.store.rows import EventRow, LinkRow

_TABLES = {"events": EventRow._fields, "links": LinkRow._fields}


def _stage(table: str) -> str:
    like = f"like {SCHEMA}.{table} including defaults"
    return f"create temporary table if not exists new_{table} ({like}) on commit delete rows;"


def _copy(table: str, columns: Sequence[str]) -> bytes:
    return f"copy new_{table} ({', '.join(columns)}) from stdin".encode()


def _keep(table: str, columns: Sequence[str]) -> str:
    names = ", ".join(columns)
    return f"insert into {SCHEMA}.{table} ({names}) select {names} from new_{table} on conflict do nothing;"  # noqa: S608


_STAGE = "".join(map(_stage, _TABLES)).encode()
_COPIES = {table: _copy(table, columns) for table, columns in _TABLES.items()}
_KEEP = "".join(_keep(table, columns) for table, columns in _TABLES.items()).encode()


def save(connection: psycopg.Connection, events: Iterable[EventRow], links: Iterable[LinkRow]) -> None:
    """Adds what is not there yet, and returns when it is durable; raises psycopg.Error, and then nothing was added."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(_STAGE)
        for table, rows in (("events", events), ("links", links)):
            with cursor.copy(_COPIES[table]) as copy:
                for row in rows:
                    copy.write_row(row)
        cursor.execute(_KEEP)
