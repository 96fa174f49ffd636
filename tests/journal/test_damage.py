"""What a disk damages is told before it is built on: no acknowledged record is lost, or changed, in silence."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.errors import JournalUnavailable
from adapters.journal import Database, Journal, log, wal
from adapters.model import DAMAGED
from tests.journal.conftest import Heard

COUNT = 40
BODY = b"what a tool said " * 40


async def crashed(path: Path, heard: Heard, to: Path) -> Path:
    """The files of a journal whose process was killed: everything is in the write-ahead log."""
    journal = Journal(path, max_bytes=1 << 30)
    for number in range(COUNT):
        await journal.append([heard(BODY + b"%d" % number)])
    to.mkdir()
    for file in path.parent.glob("journal.db*"):
        shutil.copy(file, to)
    await journal.aclose()
    return to / path.name


def flipped(file: Path, at: int, bit: int) -> None:
    """One bit of a file is another."""
    with file.open("r+b") as opened:
        opened.seek(at)
        [byte] = opened.read(1)
        opened.seek(at)
        opened.write(bytes([byte ^ 1 << bit]))


async def bodies(path: Path) -> list[bytes]:
    """What a journal has when it is started again."""
    journal = Journal(path, max_bytes=1 << 30)
    try:
        return [record.notification.body for record in await journal.read(0, 1000)]
    finally:
        await journal.aclose()


async def test_a_crash_leaves_a_log_that_is_whole(path: Path, heard: Heard, tmp_path: Path) -> None:
    """Nothing is wrong with it, and everything is there."""
    copy = await crashed(path, heard, tmp_path / "crashed")
    assert wal.damage(copy.with_name("journal.db-wal")) is None
    assert await bodies(copy) == [BODY + b"%d" % number for number in range(COUNT)]


async def test_no_flipped_bit_of_the_log_loses_a_record_in_silence(path: Path, heard: Heard, tmp_path: Path) -> None:
    """Wherever the bit is: the journal is refused, or all is there, or what is missing is told in the log."""
    copy = await crashed(path, heard, tmp_path / "crashed")
    size, chosen = copy.with_name("journal.db-wal").stat().st_size, random.Random(7)
    places = [*range(32), *(chosen.randrange(32, size) for _ in range(60)), size - 1]
    outcomes = []
    for place in places:
        shutil.rmtree(tmp_path / "again", ignore_errors=True)
        again = shutil.copytree(copy.parent, tmp_path / "again") / copy.name
        flipped(again.with_name("journal.db-wal"), place, chosen.randrange(8))
        with capture_logs() as logs:
            try:
                outcomes.append(len(await bodies(again)))
            except JournalUnavailable as error:
                assert "write-ahead log is damaged" in str(error)
                outcomes.append(-1)
        told = any("the last commit is not whole" in each["event"] for each in logs)
        assert outcomes[-1] in (-1, COUNT) or told, place
    assert outcomes.count(-1) > len(places) // 2


async def test_a_torn_end_is_no_damage(path: Path, heard: Heard, tmp_path: Path) -> None:
    """What a crash cut off was never acknowledged: the journal goes on with what was."""
    copy = await crashed(path, heard, tmp_path / "crashed")
    with copy.with_name("journal.db-wal").open("r+b") as file:
        file.truncate(file.seek(0, 2) - 100)
    assert await bodies(copy) == [BODY + b"%d" % number for number in range(COUNT - 1)]


@pytest.mark.parametrize("page", [2, 3, 5, 20, 21, 60])
async def test_a_zeroed_page_is_found(path: Path, heard: Heard, page: int) -> None:
    """Rather than to be ready and stuck, it does not start, and says what to do; or it is one record that says so."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.append([heard(BODY * 10) for _ in range(200)])
    await journal.aclose()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes(4096))
    try:
        journal = Journal(path, max_bytes=1 << 30)
    except JournalUnavailable as error:
        assert "it is damaged" in str(error)
        return
    damaged = [DAMAGED in each.notification.headers for each in await journal.read(0, 1000)]
    await journal.aclose()
    assert (len(damaged), sum(damaged)) == (200, 1)


async def test_damage_that_is_met_later_is_not_ready(path: Path, heard: Heard) -> None:
    """A page that goes bad while the journal is open: who reads it fails, and from then on the journal is unfit."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.append([heard(BODY * 10) for _ in range(200)])
    journal._database.reclaim()
    with path.open("r+b") as file:
        for page in range(5, 100):
            file.seek(page * 4096)
            file.write(bytes(4096))
    with pytest.raises(JournalUnavailable, match="it is damaged"):
        await journal.read(0, 1000)
    with pytest.raises(JournalUnavailable, match="it is damaged"):
        await journal.check()
    await journal.aclose()


@pytest.mark.parametrize(
    "change",
    [
        "body = x'00'",
        "headers = x'7b'",
        "position = 'elsewhere'",
        "source = 'gerrit'",
        "received_at = received_at + 1",
        "received_at = 9000000000000000000",
        "body = CAST(x'ff' AS TEXT)",
        "source = CAST(x'ff' AS TEXT)",
    ],
)
async def test_a_record_that_is_not_what_was_heard_says_so(path: Path, heard: Heard, change: str) -> None:
    """Whatever of it is another: its checksum is wrong, and the record beside it is as it was."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.append([heard(b"one"), heard(b"two")])
    await journal.aclose()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"UPDATE notification SET {change} WHERE seq = 1")
        other.commit()
    with Database(path) as database:
        first, second = log.read(database, 0, 10)
    assert [DAMAGED in each.notification.headers for each in (first, second)] == [True, False]
    assert second.notification.body == b"two"
