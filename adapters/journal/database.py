"""One connection to the journal's SQLite file: transactions, size, and SQLite's errors in words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any, Self

from adapters.errors import JournalUnavailable
from adapters.journal import schema

_NEW = "PRAGMA auto_vacuum = INCREMENTAL"
_PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304;"
_SIZE = """
    SELECT (page_count - freelist_count) * page_size
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""
_FREE = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"
_PATIENCE = 10

SPARE = 4 << 20
"""Bytes that stay free in the file, and in the write-ahead log, to be written again without asking the disk."""

_STEP = 1024
"""Pages that are given back at once."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FULL = "the disk is full; free some space or move the journal to a larger disk"
_ADVICE = {
    "FULL": _FULL,
    "IOERR_SHMSIZE": _FULL,
    "READONLY": "it cannot be written; check who owns the file and its directory, and how the disk is mounted",
    "CANTOPEN": "it cannot be opened; check that its directory exists and who owns it",
    "PERM": "it cannot be opened; check who owns the file and its directory",
    "BUSY": "another process holds its lock; stop that process",
    "IOERR": "the disk failed; look into the system's log",
    "CORRUPT": "it is damaged; move it away to start a new one, and save the old one with `sqlite3 FILE .recover`",
    "NOTADB": "it is not a journal; give another path",
}


def micros(moment: datetime) -> int:
    """Turns an aware time into microseconds since 1970, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(micros: int) -> datetime:
    """Turns microseconds since 1970 into the time, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def wal_of(path: Path) -> Path:
    """The write-ahead log of a journal's file."""
    return path.with_name(f"{path.name}-wal")


class Database:
    """A journal file, open; other processes may use it at the same time.

    With `create`, a file that is not there is made, and one that an older release wrote is brought up to this release.
    Each statement is a transaction of its own unless it runs inside `transaction()`. Everything raises
    JournalUnavailable, saying what to do, when SQLite fails; `damaged` says whether that was for what the file holds.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._log = wal_of(path)
        self.damaged = False
        uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        with self._explained():
            self._connection = sqlite3.connect(
                uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_PATIENCE
            )
            self._connection.text_factory = _text
            try:
                self._prepare(upgrade=create)
                self._inode = path.stat().st_ino
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; the last one moves the write-ahead log into the file."""
        self._connection.close()

    def run(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows that a statement gives."""
        with self._explained():
            return self._connection.execute(sql, parameters).fetchall()

    def rows(self, sql: str, *parameters: Any) -> Generator[tuple[Any, ...]]:
        """Yields the rows that a statement gives; close the generator when you stop early."""
        with self._explained():
            yield from self._connection.execute(sql, parameters)

    def number(self, sql: str, *parameters: Any) -> int:
        """The one number that a statement gives, 0 for none."""
        rows = self.run(sql, *parameters)
        return (rows[0][0] or 0) if rows else 0

    def change(self, sql: str, *parameters: Any) -> int:
        """How many rows a statement changed."""
        with self._explained():
            return self._connection.execute(sql, parameters).rowcount

    def insert(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs a statement once for each row of parameters."""
        with self._explained():
            self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self, *, flushed: bool = True) -> Iterator[None]:
        """Makes what runs inside durable as a whole, or not at all; not `flushed`, with the next that is."""
        if not flushed:  # sqlite.org/pragma.html#pragma_synchronous: in WAL mode NORMAL flushes no commit
            self.run("PRAGMA synchronous = NORMAL")
        try:
            self.run("BEGIN IMMEDIATE")
            yield
            self.run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
            raise
        finally:
            if not flushed:  # now, for nobody waits: who is to be acknowledged next does not wait for it
                self.run("PRAGMA synchronous = FULL")

    def size(self) -> int:
        """The bytes in use: the pages that hold something, and the write-ahead log."""
        return self.number(_SIZE) + self.ahead()

    def most(self) -> int:
        """What `size` does not pass, told by the file system at a fifth of the price."""
        return _size_of(self.path) + 2 * self.ahead()  # of each page that the file has not yet, the log has a frame

    def free(self) -> int:
        """The bytes that the disk has left for whoever runs this process."""
        disk = os.statvfs(self.path.parent)
        return disk.f_bavail * disk.f_frsize

    def ahead(self) -> int:
        """The bytes of the write-ahead log, which is written anew when the file has what is in it."""
        return _size_of(self._log)

    def unused(self) -> int:
        """The bytes of the file that hold nothing."""
        return self.number(_FREE)

    def examine(self, seconds: float) -> bool:
        """Looks at every page, for so many seconds at most; whether it came to the end.

        Raises JournalUnavailable for a file that is damaged.
        """
        until = monotonic() + seconds
        self._connection.set_progress_handler(lambda: monotonic() > until, 10_000)
        try:
            [(found,)] = self.run("PRAGMA quick_check(1)")
        except JournalUnavailable as error:
            if _name_of(error.__cause__) == "INTERRUPT":
                return False
            raise
        finally:
            self._connection.set_progress_handler(None, 0)
        if found != "ok":
            raise self._unfit(f"{_ADVICE['CORRUPT']} ({found})")
        return True

    def touch(self) -> None:
        """Writes a page as it is; the transaction fails where the disk takes nothing."""
        self.run(f"PRAGMA user_version = {self.number('PRAGMA user_version')}")

    def tidy(self) -> bool:
        """Moves the write-ahead log into the file, and gives back some of what the file does not use; whether more is.

        Where a quarter of the file is free, that is more than what comes and goes.
        """
        unused = self.unused()
        gives = unused > SPARE and unused * 4 > self.number("PRAGMA page_count") * self.number("PRAGMA page_size")
        if gives and self.number("PRAGMA auto_vacuum"):
            with self._explained():  # as a script: a statement that gives no columns is not run to its end
                self._connection.executescript(f"PRAGMA incremental_vacuum({_STEP})")
            self.reclaim()
            return True
        self.run("PRAGMA wal_checkpoint(PASSIVE)")
        return False

    def reclaim(self) -> None:
        """Moves the write-ahead log into the file and gives its space back, if readers let it within 0.1 s."""
        self.run("PRAGMA busy_timeout = 100")
        try:
            self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.run(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")

    def check_in_place(self) -> None:
        """Raises JournalUnavailable when the file was moved or deleted while open: writes to it would be lost."""
        try:
            in_place = self.path.stat().st_ino == self._inode
        except OSError:
            in_place = False
        if not in_place:
            raise self._unfit("the file was moved or deleted; put it back and restart")

    def check_whole(self) -> None:
        """Raises JournalUnavailable when SQLite has met damage."""
        if self.damaged:
            raise self._unfit(_ADVICE["CORRUPT"])

    def _prepare(self, *, upgrade: bool) -> None:
        version = self.number("PRAGMA user_version")
        tables = self.number("SELECT count(*) FROM sqlite_master")
        if objection := schema.objection(version, tables, upgrade=upgrade):
            raise self._unfit(objection)
        if not tables:
            self.run(_NEW)
        self._connection.executescript(_PRAGMAS)
        for script in schema.upgrades(version):
            self._connection.executescript(script)

    def _unfit(self, advice: str) -> JournalUnavailable:
        return JournalUnavailable(f"journal {self.path}: {advice}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            name = _name_of(error)
            self.damaged = self.damaged or name.partition("_")[0] in ("CORRUPT", "NOTADB")
            advice = _ADVICE.get(name) or _ADVICE.get(name.partition("_")[0], "SQLite failed")
            raise self._unfit(f"{advice} ({error})") from error


def _size_of(path: Path) -> int:
    """The bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _name_of(error: BaseException | None) -> str:
    """SQLite's name of an error, such as IOERR_READ."""
    return str(getattr(error, "sqlite_errorname", "")).removeprefix("SQLITE_")


def _text(stored: bytes) -> str:
    """A text as it is stored, which damage may have made no text."""
    return stored.decode("utf-8", "replace")
