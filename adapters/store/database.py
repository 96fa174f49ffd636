"""The store in PostgreSQL: how it is reached, and what is said when it cannot be used."""

from __future__ import annotations

import psycopg

from adapters.errors import TransientError
from adapters.urls import public

SCHEMA = "cdevents"
"""The schema of the tables `events`, `links` and `migrations`."""

_TIMEOUT = 30.0
"""Seconds for connecting."""

_MISSING = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.InvalidSchemaName)


def connected(url: str, password: str | None = None, timeout: float = _TIMEOUT) -> psycopg.Connection:
    """A connection by a `postgresql://` URL, in whose sessions times are in UTC; raises TransientError.

    A password may also be where libpq looks for one: in `PGPASSWORD` or `.pgpass`.
    """
    try:
        return psycopg.connect(
            url,
            password=password,
            options="-c timezone=UTC",
            connect_timeout=round(timeout),
            tcp_user_timeout=round(timeout * 1000),
        )
    except psycopg.Error as error:
        raise failure(url, error) from None


def refused(error: psycopg.Error) -> bool:
    """Whether it is what was sent that a database does not take: a value, or its size (SQLSTATE 22 and 54)."""
    return (error.sqlstate or "")[:2] in ("22", "54")


def failure(url: str, error: psycopg.Error) -> TransientError:
    """What went wrong in the database that a URL names, and what to do; no password is told."""
    where = f"PostgreSQL at {public(url, users=False)}"
    if isinstance(error, _MISSING):
        return TransientError(f"{where} has no store, or an old one: run 'cdevents-adapters store migrate' on it")
    return TransientError(f"{where} cannot be used: {str(error).strip() or type(error).__name__}")
