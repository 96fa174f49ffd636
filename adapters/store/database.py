"""The store in PostgreSQL: how it is reached, and what is said when it cannot be used."""

from __future__ import annotations

import psycopg

from adapters.errors import TransientError
from adapters.urls import public

SCHEMA = "cdevents"
"""The schema of the tables `events`, `links` and `migrations`."""


def connected(url: str, password: str | None = None) -> psycopg.Connection:
    """A connection by a `postgresql://` URL; a password may be in `.pgpass` or `PGPASSWORD`. Raises TransientError."""
    try:
        return psycopg.connect(url, password=password) if password else psycopg.connect(url)
    except psycopg.Error as error:
        raise failure(url, error) from None


def failure(url: str, error: psycopg.Error) -> TransientError:
    """What went wrong in the database that a URL names, and what to do; its password is not told."""
    where = f"PostgreSQL at {public(url, users=False)}"
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
        return TransientError(f"{where} has no store, or an old one: run 'cdevents-adapters store migrate' on it")
    return TransientError(f"{where} cannot be used: {str(error).strip() or type(error).__name__}")
