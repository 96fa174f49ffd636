"""A journal whose process is killed while it writes."""

from __future__ import annotations

from pathlib import Path

from adapters.journal import Database, log
from tests.journal.killed import killed

WRITER = Path(__file__).with_name("crash_writer.py")


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """After each kill, every acknowledged record is there once, and no checkpoint is ahead of its record."""
    path, acknowledged = tmp_path / "journal.db", set[int]()
    for round_ in range(4):
        acknowledged.update(killed(WRITER, path, 1_000_000 * round_, 200 * (round_ + 1)))
        with Database(path) as database:
            records = [record.notification for record in log.read(database, 0, 10_000_000)]
            assert database.run("PRAGMA integrity_check") == [("ok",)]
            for task in {record.source for record in records}:
                newest = [record.body.decode() for record in records if record.source == task][-1]
                assert log.checkpoints(database, task) == {"n": newest}
        kept = [int(record.body) for record in records]
        assert len(kept) == len(set(kept))
        assert acknowledged <= set(kept)
    assert len(acknowledged) >= 2000
