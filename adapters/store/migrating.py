"""The schema of the store in PostgreSQL, brought up to date step by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg

from adapters.store.database import SCHEMA, connected, failure

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x0CDE7E175
"""The key of the advisory lock that lets one migrate at a time."""

_BEGIN = f"""
select pg_advisory_xact_lock({_LOCK});
create schema if not exists {SCHEMA};
create table if not exists {SCHEMA}.migrations (name text primary key, applied_at timestamptz not null default now());
"""


def migrate(url: str, functions: str = "") -> Sequence[str]:
    """Applies the steps that are missing, all or none; their names. Raises TransientError where it cannot.

    `functions` are made anew each time.
    """
    try:
        with connected(url) as connection:
            connection.execute(_BEGIN.encode())
            done = {name for (name,) in connection.execute(f"select name from {SCHEMA}.migrations")}  # noqa: S608  ours
            missing = [file for file in sorted(MIGRATIONS.glob("*.sql")) if file.stem not in done]
            for file in missing:
                connection.execute(file.read_bytes())
                connection.execute(f"insert into {SCHEMA}.migrations values (%s)", [file.stem])  # noqa: S608  ours
            if functions:
                connection.execute(functions.encode())
            return [file.stem for file in missing]
    except psycopg.Error as error:
        raise failure(url, error) from None
