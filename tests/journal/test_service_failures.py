"""What goes wrong under a real service: it refuses with a reason, loses nothing it took, and goes on by itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from adapters.journal import Database, deadletters, log
from adapters.journal.room import RESERVE
from tests.journal.conftest import empty, fill
from tests.service import CONFIG, Service, build, running
from tests.waiting import until

FIRST_RELEASE = Path(__file__).with_name("journal-1.sql")


def config(journal: Path) -> str:
    """The usual configuration, with its journal in another place."""
    return CONFIG.replace("path: journal.db", f"path: {journal}")


def accepted(service: Service, numbers: range) -> list[int]:
    """The numbers that it took."""
    return [n for n in numbers if service.ask("POST", "/jenkins", build(n))[0] == 202]


def unready(service: Service) -> str:
    """Why it is not ready."""
    status, answer = service.ask("GET", "/readyz")
    assert status == 503
    return answer.decode()


def refusals(service: Service) -> str:
    """What its log says of notifications that it refused."""
    return "\n".join(line for line in service.log().splitlines() if '"refused"' in line)


def published(service: Service, name: str = "legacy") -> list[int]:
    """The numbers that its legacy route has published."""
    return [event["data"]["build"]["number"] for event in service.published(name)]


@pytest.mark.parametrize("left", [0, RESERVE // 2])
def test_a_full_disk_is_sat_out(tmp_path: Path, small_disk: Path, left: int) -> None:
    """503, not ready and a line in the log while the disk is full; once there is space it takes more by itself."""
    with running(tmp_path, config(small_disk / "journal.db")) as service:
        taken = accepted(service, range(5))
        fill(small_disk, left=left)
        assert accepted(service, range(5, 10)) == []
        assert "the disk is full" in unready(service)
        assert "the disk is full" in refusals(service)
        empty(small_disk)
        until(service.ready)
        taken += accepted(service, range(10, 15))
        assert service.stop() == 0
    assert published(service) == taken == [*range(5), *range(10, 15)]


def test_what_was_taken_is_published_while_the_disk_is_full(tmp_path: Path, small_disk: Path) -> None:
    """Routes go on with what the journal leaves of the disk for them, and after a crash publish nothing again."""
    (obstacle := tmp_path / "events").write_text("a file where a directory should be: its route has to wait")
    text = config(small_disk / "journal.db").replace("legacy.jsonl", "events/legacy.jsonl")
    with running(tmp_path, text) as service:
        taken = accepted(service, range(50))
        fill(small_disk, left=RESERVE // 2)
        assert accepted(service, range(50, 55)) == []
        obstacle.unlink()
        until(lambda: service.metrics()['route_lag_records{route="legacy"}'] == 0)
        service.kill()
        empty(small_disk)
        service.start()
        assert service.stop() == 0
        assert published(service, "events/legacy") == taken == [*range(50)]


@contextmanager
def immutable(file: Path) -> Iterator[None]:
    """A file that takes no write, not even from who has it open: as near to a failing disk as a test gets."""
    if os.geteuid() != 0 or not shutil.which("chattr"):
        pytest.skip("needs the right to make a file immutable")
    if subprocess.run(["chattr", "+i", str(file)], check=False, capture_output=True).returncode != 0:
        pytest.skip("the file system has no immutable files")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(file)], check=True)


def test_a_failing_disk_is_sat_out(tmp_path: Path) -> None:
    """503, not ready and a line in the log while writes fail; when they work again so does the service."""
    with running(tmp_path) as service:
        taken = accepted(service, range(5))
        with immutable(tmp_path / "journal.db-wal"):
            assert accepted(service, range(5, 10)) == []
            assert "the disk failed" in unready(service)
            assert "the disk failed" in refusals(service)
        until(service.ready)
        taken += accepted(service, range(10, 15))
        assert service.stop() == 0
    assert published(service) == taken == [*range(5), *range(10, 15)]


def test_a_read_only_disk_is_told_and_mended(tmp_path: Path, small_disk: Path) -> None:
    """The service does not start on it, and says what to check; mounted for writing, it goes on where it was."""
    with running(tmp_path, config(small_disk / "journal.db")) as service:
        taken = accepted(service, range(5))
        service.kill()
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        with pytest.raises(RuntimeError, match="Read-only file system; check its directory"):
            service.start()
        assert service.process is not None
        assert service.process.wait(30) == 3
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
        service.start()
        taken += accepted(service, range(5, 10))
        assert service.stop() == 0
    assert sorted(set(published(service))) == taken == [*range(10)]


def test_a_journal_of_the_first_release_is_gone_on_with(tmp_path: Path) -> None:
    """Each route goes on where it was, and a dead letter that was marked is delivered, by every later release."""
    with closing(sqlite3.connect(tmp_path / "journal.db")) as old:
        old.executescript(FIRST_RELEASE.read_text())
    with running(tmp_path) as service:
        until(lambda: service.published("cdevents"))
        assert accepted(service, range(3, 4)) == [3]
        assert service.stop() == 0
    assert published(service) == [2, 3]
    assert [event["subject"] for event in service.published("cdevents")] == ["job/load/1/", "job/load/3/"]
    with Database(tmp_path / "journal.db") as database:
        assert log.checkpoints(database, "log") == {"file": "12"}
        assert deadletters.listed(database) == []
