"""The disk full, read-only or gone; a file that is no journal, or not ours: said in words, nothing lost, recovered."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from adapters.errors import JournalUnavailable
from adapters.journal import Database, Journal, log, schema
from tests.journal.conftest import Clock, Heard, empty, fill, pruned

LIMIT = 1 << 20


async def refusals(journal: Journal, heard: Heard, attempts: int) -> list[str]:
    """What the journal says to that many appends of 64 KiB."""
    said = []
    for _ in range(attempts):
        try:
            await journal.append([heard(bytes(1 << 16))])
        except JournalUnavailable as error:
            said.append(str(error))
    return said


async def test_a_full_journal_refuses_and_recovers(path: Path, heard: Heard, clock: Clock) -> None:
    """Beyond its limit it says so and stays near it; once pruned it takes notifications again by itself."""
    journal = Journal(path, max_bytes=LIMIT, clock=clock)
    said = await refusals(journal, heard, 30)
    assert "it is full" in said[0]
    taken = 30 - len(said)
    assert len(await journal.read(0, 100)) == taken
    assert LIMIT - (4 << 16) <= journal.size() <= LIMIT + (4 << 16)
    await journal.park("cd", 1, "parking and advancing go on")
    await journal.resolve("cd", 1)
    await journal.advance("raw", taken)
    clock.move(10)
    await pruned(journal, ["raw"], keep=1)
    assert await journal.read(0, 100) == []
    assert await refusals(journal, heard, 5) == []
    await journal.aclose()


async def test_what_is_written_ahead_does_not_fill_it_for_ever(path: Path, heard: Heard, clock: Clock) -> None:
    """A long reader lets the write-ahead log grow beyond the limit; when it is gone, so is the log."""
    journal = Journal(path, max_bytes=LIMIT, clock=clock)
    with Database(path) as reader:
        reader.run("BEGIN")
        reader.run("SELECT * FROM notification")
        for _ in range(15):
            await journal.advance("x" * 30_000, 1)
            await journal._writer.submit(lambda: journal._database.run("DELETE FROM cursor"))
        assert len(await refusals(journal, heard, 1)) == 1
    assert await refusals(journal, heard, 1) == []
    await journal.aclose()


async def test_a_full_disk_refuses_and_recovers(small_disk: Path, heard: Heard, clock: Clock) -> None:
    """What was acknowledged is there and can be passed and pruned, nothing is half there, and space makes it go on."""
    journal = Journal(small_disk / "journal.db", max_bytes=1 << 30, clock=clock)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    said = await refusals(journal, heard, 20)
    assert "the disk is full" in said[0]
    acknowledged = 20 - len(said)
    assert [len(r.notification.body) for r in await journal.read(0, 100)] == [1 << 16] * acknowledged
    await journal.advance("raw", acknowledged)
    await journal.park("raw", 1, "no")
    clock.move(10)
    await pruned(journal, ["raw"], keep=1)
    assert [record.seq for record in await journal.read(0, 100)] == [1]
    ballast.unlink()
    assert await refusals(journal, heard, 1) == []
    assert [record.seq for record in await journal.read(0, 100)] == [1, acknowledged + 1]
    await journal.aclose()


async def test_a_disk_without_a_byte_left_loses_nothing(small_disk: Path, heard: Heard) -> None:
    """When others fill the disk to the end, what was acknowledged is there, and space makes it go on."""
    journal = Journal(small_disk / "journal.db", max_bytes=1 << 30)
    assert await refusals(journal, heard, 3) == []
    fill(small_disk)
    said = await refusals(journal, heard, 3)
    assert ["the disk is full (0 bytes are left" in each for each in said] == [True] * 3
    with pytest.raises(JournalUnavailable, match="the disk is full"):
        await journal.check()
    empty(small_disk)
    await journal.check()
    assert await refusals(journal, heard, 1) == []
    assert [record.seq for record in await journal.read(0, 100)] == [1, 2, 3, 4]
    await journal.aclose()


async def test_a_full_disk_is_told_when_a_journal_is_opened(small_disk: Path) -> None:
    """What SQLite calls an I/O error, when it cannot make its files beside the journal, is no failing disk."""
    await Journal(small_disk / "journal.db", max_bytes=1 << 30).aclose()
    fill(small_disk)
    with pytest.raises(JournalUnavailable, match="the disk is full"):
        Journal(small_disk / "journal.db", max_bytes=1 << 30)
    empty(small_disk)
    await Journal(small_disk / "journal.db", max_bytes=1 << 30).aclose()


async def test_a_limit_inside_sqlite_leaves_nothing_half_written(path: Path, heard: Heard) -> None:
    """An append that does not fit as a whole leaves none of its notifications."""
    journal = Journal(path, max_bytes=1 << 30)
    pages = journal._database.number("PRAGMA page_count")
    journal._database.number(f"PRAGMA max_page_count = {pages + 10}")
    with pytest.raises(JournalUnavailable, match="the disk is full"):
        await journal.append([heard(bytes(10_000)) for _ in range(10)])
    assert await journal.read(0, 10) == []
    journal._database.number("PRAGMA max_page_count = 1000000")
    await journal.append([heard()])
    assert [record.seq for record in await journal.read(0, 10)] == [1]
    await journal.aclose()


def test_a_read_only_disk_is_told(small_disk: Path) -> None:
    """Opening a journal on a read-only disk says that it cannot be written."""
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(JournalUnavailable, match="Read-only file system; check"):
        Journal(small_disk / "journal.db", max_bytes=1 << 30)


def move(path: Path, name: str) -> Path:
    """A file under another name."""
    return path.rename(path.with_name(name))


async def test_a_journal_that_is_moved_away_takes_nothing(path: Path, heard: Heard) -> None:
    """Rather than writing to a file that nobody will find, it refuses; put back, it goes on."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.append([heard(b"a")])
    moved = move(path, "moved.db")
    with pytest.raises(JournalUnavailable, match="moved or deleted"):
        await journal.append([heard(b"b")])
    move(moved, path.name)
    await journal.append([heard(b"c")])
    assert [record.notification.body for record in await journal.read(0, 10)] == [b"a", b"c"]
    await journal.aclose()


def test_a_refused_open_does_not_keep_the_lock(path: Path) -> None:
    """After a failed open, what is wrong can be put right without a restart."""
    path.parent.mkdir()
    path.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    for _ in range(2):
        with pytest.raises(JournalUnavailable, match="not a journal"):
            Journal(path, max_bytes=1 << 30)


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    """A journal of a newer release is not touched: the message has both versions."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalUnavailable, match=r"newer release.*schema 99.*knows 2"):
        Journal(path, max_bytes=1 << 30)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


NEXT = "CREATE TABLE added (x INTEGER);"


async def test_an_older_schema_is_upgraded(path: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service runs the scripts that are missing and keeps the records; who only looks in asks for the service."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.append([heard(b"old")])
    await journal.aclose()
    monkeypatch.setattr(schema, "SCHEMAS", (*schema.SCHEMAS, NEXT))
    with pytest.raises(JournalUnavailable, match=r"older release.*schema 2.*knows 3.*start the service"):
        Database(path)
    with Database(path, create=True) as upgraded:
        assert upgraded.number("PRAGMA user_version") == 3
        assert upgraded.run("SELECT * FROM added") == []
        assert [record.notification.body for record in log.read(upgraded, 0, 10)] == [b"old"]


async def test_an_upgrade_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is at one version or the next: the older release can go on with what the newer one could not upgrade."""
    await Journal(path, max_bytes=1 << 30).aclose()
    with monkeypatch.context() as newer:
        newer.setattr(schema, "SCHEMAS", (*schema.SCHEMAS, f"{NEXT} INSERT INTO missing VALUES (1);"))
        with pytest.raises(JournalUnavailable, match="no such table"):
            Journal(path, max_bytes=1 << 30)
    with Database(path) as database:
        assert database.number("PRAGMA user_version") == 2
        assert database.run("SELECT * FROM sqlite_master WHERE name = 'added'") == []


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    """A wrong path does not put a journal's tables beside those of a browser."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")
    with pytest.raises(JournalUnavailable, match="another program wrote it"):
        Journal(path, max_bytes=1 << 30)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmark",)]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_missing_journal_is_not_made_by_those_who_only_look(path: Path) -> None:
    """The command line does not leave an empty journal where it was told a wrong path."""
    path.parent.mkdir()
    with pytest.raises(JournalUnavailable, match="cannot be opened"):
        Database(path)
    assert not path.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_without_permission_is_told(tmp_path: Path) -> None:
    """The message names the path and what to check."""
    tmp_path.chmod(0o500)
    with pytest.raises(JournalUnavailable, match="Permission denied; check"):
        Journal(tmp_path / "journal.db", max_bytes=1 << 30)
