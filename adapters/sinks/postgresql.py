"""PostgreSQL: the tables of docs/store.md. A batch is one transaction, and what comes again is there already."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from adapters.errors import PermanentError
from adapters.model import Message
from adapters.sinks.store_settings import PostgresqlSettings
from adapters.sinks.stored import Rows
from adapters.store.database import connected, failure, refused
from adapters.store.saving import save
from adapters.worker import Worker


class PostgresqlSink:
    """One connection, made anew after any failure. A database without the tables is waited for, until it has them."""

    def __init__(self, settings: PostgresqlSettings) -> None:
        self._settings = settings
        self._connection: psycopg.Connection | None = None
        self._worker = Worker("postgresql-sink")

    async def publish(self, batch: Sequence[Message]) -> None:
        """Saves all messages, or those before the first that cannot be saved."""
        await self._worker.run(lambda: self._save(Rows(batch)))

    async def aclose(self) -> None:
        """Closes the connection."""
        await self._worker.run(self._close)
        self._worker.close()

    def _save(self, rows: Rows) -> None:
        try:
            self._save_all(self._connected(), rows)
        except psycopg.Error as error:
            self._close()
            raise failure(self._settings.url, error) from None
        if rows.failure:
            raise rows.failure

    def _save_all(self, connection: psycopg.Connection, rows: Rows) -> None:
        try:
            save(connection, rows.events, rows.links)
        except psycopg.Error as error:
            if not refused(error):
                raise
            self._save_each(connection, rows)

    def _save_each(self, connection: psycopg.Connection, rows: Rows) -> None:
        """One by one, up to the one that is refused."""
        for index, event in enumerate(rows.events):
            try:
                save(connection, [event], [link for link in rows.links if (link.source, link.id) == event[:2]])
            except psycopg.Error as error:
                if not refused(error):
                    raise
                raise PermanentError(f"PostgreSQL refuses this event: {error}", delivered=index) from None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            settings = self._settings
            password = settings.password.get_secret_value() if settings.password else None
            self._connection = connected(settings.url, password, settings.timeout)
            self._connection.autocommit = True
            self._connection.execute(f"set statement_timeout = {round(settings.timeout * 1000)}".encode())
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
