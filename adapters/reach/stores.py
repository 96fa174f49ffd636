"""Stores, tried."""

from __future__ import annotations

import asyncio

from adapters.reach.files import writable
from adapters.sinks.store_settings import ParquetSettings, PostgresqlSettings

PATIENCE = 5.0
"""Seconds for an answer."""


async def postgresql(settings: PostgresqlSettings) -> str:
    """The database lets it in, and has the store's tables."""
    return await asyncio.to_thread(_postgresql, settings)


def _postgresql(settings: PostgresqlSettings) -> str:
    import psycopg  # noqa: PLC0415 - only who uses this sink needs it

    from adapters.store.database import connected, failure  # noqa: PLC0415 - as above

    password = settings.password.get_secret_value() if settings.password else None
    with connected(settings.url, password, min(settings.timeout, PATIENCE)) as database:
        try:
            database.execute("SELECT 1 FROM cdevents.events LIMIT 0")
        except psycopg.Error as error:
            raise failure(settings.url, error) from None
    return "PostgreSQL lets it in, and has the store"


async def parquet(settings: ParquetSettings) -> str:
    """Its folder can be written, or made."""
    return writable(settings.path)
