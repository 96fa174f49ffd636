"""Leadership by an advisory lock of PostgreSQL, which belongs to a session and ends with it.

A session that says nothing for LEASE seconds is ended by the server (`idle_session_timeout`, PostgreSQL 14): so a
leader that is cut off, or stands still, holds the lock no longer than that.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from adapters.errors import TransientError
from adapters.model import Checkpoint
from adapters.standby.contract import ANSWER, LEASE, Leader, Lost, Shared, Unavailable, process
from adapters.standby.settings import Lock
from adapters.store.database import SCHEMA, connected, failure
from adapters.urls import public

OLDEST = 14
"""The first PostgreSQL that ends idle sessions."""

_SESSION = f"""
set idle_session_timeout = {LEASE * 1000};
set idle_in_transaction_session_timeout = {LEASE * 1000};
set statement_timeout = {round(ANSWER * 1000)};
"""
_TAKEN = """
select coalesce(bool_or(pid = pg_backend_pid()), false), count(*) > 0
from pg_locks where locktype = 'advisory' and granted and objsubid = 1
and database = (select oid from pg_database where datname = current_database())
and (classid::bigint << 32 | objid::bigint) = %s
"""
"""Whether this session has the lock, and whether any has."""

_CLAIM = f"""
insert into {SCHEMA}.leaders as known (lock, term, holder, instances) values (%s, %s, %s, %s)
on conflict (lock) do update set
    term = excluded.term, renewed_at = now(), holder = excluded.holder, instances = excluded.instances,
    since = case when known.holder = excluded.holder then known.since else now() end
"""  # noqa: S608 - a name of ours, as below
_LED = f"select holder, since, instances from {SCHEMA}.leaders where lock = %s"  # noqa: S608
_FORGET = f"delete from {SCHEMA}.checkpoints where lock = %s and source = %s and key = %s"  # noqa: S608
_KEEP = f"""
insert into {SCHEMA}.checkpoints (lock, source, key, value) values (%s, %s, %s, %s)
on conflict (lock, source, key) do update set value = excluded.value
"""  # noqa: S608


class AdvisoryLock:
    """A Leadership."""

    def __init__(self, settings: Lock, instances: Mapping[str, str] = MappingProxyType({})) -> None:
        self._settings, self._me, self._instances = settings, process(), Jsonb({**instances})
        self._key = int.from_bytes(sha256(f"cdevents-adapters {settings.lock}".encode()).digest()[:8], signed=True)
        self._connection: psycopg.Connection | None = None

    def leader(self) -> Leader | None:
        """As in Leadership."""
        try:
            connection = self._connected()
            led = self._led(connection)
            return led if _row(connection, _TAKEN, self._key)[1] else None
        except psycopg.Error as error:
            raise Unavailable(str(failure(self._settings.url, error))) from None
        finally:
            self.release()

    def acquire(self) -> Shared | Leader:
        """As in Leadership."""
        try:
            connection = self._connected()
            if not _row(connection, "select pg_try_advisory_lock(%s)", self._key)[0]:
                return self._led(connection)
            return self._left(connection)
        except psycopg.Error as error:
            self.release()
            raise Unavailable(str(failure(self._settings.url, error))) from None

    def renew(self, term: str, checkpoints: Sequence[Checkpoint]) -> None:
        """As in Leadership; the lock and what is written are of one transaction."""
        if self._connection is None:
            raise Lost("the session that had the lock is gone")
        try:
            with self._connection.transaction():
                if not _row(self._connection, _TAKEN, self._key)[0]:
                    raise Lost("this session has the lock no more; is there a pooler that gives it to several?")
                self._connection.execute(_CLAIM.encode(), [self._settings.lock, term, self._me, self._instances])
                self._write(self._connection, checkpoints)
        except psycopg.Error as error:
            told = str(failure(self._settings.url, error))
            if not self._connection.broken and not self._connection.closed:
                raise Unavailable(told) from None
            self.release()
            raise Lost(f"the session that had the lock is gone: {told}") from None

    def release(self) -> None:
        """As in Leadership; the session ends as well, but the server may notice that later."""
        if (connection := self._connection) is not None:
            try:
                with closing(connection), suppress(psycopg.Error):
                    connection.execute(b"select pg_advisory_unlock_all()")
            finally:
                self._connection = None

    def abort(self) -> None:
        """As in Leadership."""
        if (connection := self._connection) is not None:
            with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as other:
                other.shutdown(socket.SHUT_RDWR)

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            password = self._settings.password.get_secret_value() if self._settings.password else None
            try:
                connection = connected(self._settings.url, password, ANSWER)
            except TransientError as error:
                raise Unavailable(str(error)) from None
            if connection.info.server_version < OLDEST * 10_000:
                connection.close()
                where = public(self._settings.url, users=False)
                raise Unavailable(f"PostgreSQL at {where} is older than {OLDEST}: it ends no session that is cut off")
            connection.autocommit = True
            connection.execute(_SESSION.encode())
            self._connection = connection
        return self._connection

    def _led(self, connection: psycopg.Connection) -> Leader:
        row = connection.execute(_LED.encode(), [self._settings.lock]).fetchone()
        return Leader(row[0], row[1].isoformat(), row[2]) if row else Leader()

    def _left(self, connection: psycopg.Connection) -> Shared:
        lock = [self._settings.lock]
        leaders = connection.execute(f"select term, instances from {SCHEMA}.leaders where lock = %s".encode(), lock)  # noqa: S608
        led = leaders.fetchone()
        query = f"select source, key, value from {SCHEMA}.checkpoints where lock = %s"  # noqa: S608
        checkpoints: dict[str, dict[str, str]] = {}
        for source, key, value in connection.execute(query.encode(), lock):
            checkpoints.setdefault(source, {})[key] = value
        return Shared(led[0], checkpoints, led[1]) if led else Shared(None, checkpoints)

    def _write(self, connection: psycopg.Connection, checkpoints: Iterable[Checkpoint]) -> None:
        kept, forgotten = [], []
        for each in checkpoints:
            at = (self._settings.lock, each.source, each.key)
            kept.append((*at, each.value)) if each.value is not None else forgotten.append(at)
        with connection.cursor() as cursor:
            if forgotten:
                cursor.executemany(_FORGET.encode(), forgotten)
            if kept:
                cursor.executemany(_KEEP.encode(), kept)


def _row(connection: psycopg.Connection, query: str, *values: object) -> Sequence[Any]:
    """Of a query that has one."""
    return connection.execute(query.encode(), values).fetchone() or ()
