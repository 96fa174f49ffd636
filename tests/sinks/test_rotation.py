"""When a file is rotated, and what becomes of the old ones."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.sinks.rotation import Rotation, rotated

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with five bytes, written at noon."""
    path = tmp_path / "events.jsonl"
    written(path)
    return path


def written(path: Path, text: bytes = b"line\n") -> None:
    """Content, as of noon."""
    path.write_bytes(text)
    os.utime(path, (NOON, NOON))


@pytest.mark.parametrize(
    ("rotation", "now", "due"),
    [
        (Rotation(), NOON + 1000 * HOUR, False),
        (Rotation(size=5), NOON, True),
        (Rotation(size=6), NOON, False),
        (Rotation(every=24 * HOUR), NOON + 11 * HOUR, False),
        (Rotation(every=24 * HOUR), NOON + 12 * HOUR, True),
        (Rotation(size=6, every=HOUR), NOON + HOUR, True),
    ],
)
def test_a_file_is_due_by_size_or_when_a_period_ends(path: Path, rotation: Rotation, now: float, due: bool) -> None:
    """At or beyond the size, or when it was last written in an earlier period (a day ends at midnight in UTC)."""
    assert rotation.due(path.stat(), now) is due


def test_an_empty_file_is_never_due(path: Path) -> None:
    """An idle day leaves no empty file."""
    written(path, b"")
    assert not Rotation(size=1, every=1).due(path.stat(), NOON + HOUR)


def test_a_rotated_file_is_named_by_its_time(path: Path) -> None:
    """The name has the time in UTC, and the path is free for a new file."""
    Rotation().rotate(path, NOON)
    assert [file.name for file in rotated(path)] == ["events.jsonl.20260301T120000.000000Z"]
    assert not path.exists()


def test_two_rotations_at_once_keep_both_files(path: Path) -> None:
    """A clock that stands still does not overwrite anything."""
    for text in (b"a\n", b"b\n", b"c\n"):
        written(path, text)
        Rotation().rotate(path, NOON)
    assert [file.read_bytes() for file in rotated(path)] == [b"a\n", b"b\n", b"c\n"]


def test_compressed_files_have_the_same_lines(path: Path) -> None:
    """With gzip there is one readable file for each rotation, and one that a crash left plain is done as well."""
    Rotation().rotate(path, NOON)
    written(path, b"second\n")
    Rotation(compress=True).rotate(path, NOON + HOUR)
    files = rotated(path)
    assert [file.suffix for file in files] == [".gz", ".gz"]
    assert [gzip.decompress(file.read_bytes()) for file in files] == [b"line\n", b"second\n"]
    assert sorted(path.parent.iterdir()) == files


def test_only_so_many_are_kept(path: Path) -> None:
    """The oldest go, and nothing that is not a rotated file of this path."""
    bystanders = [
        path.with_name(name) for name in ("events.jsonl.bak", "events.jsonl.2026", "a.20260301T120000.000000Z")
    ]
    for bystander in bystanders:
        bystander.write_bytes(b"")
    for hour in range(4):
        written(path, b"%d" % hour)
        Rotation(keep=2).rotate(path, NOON + hour * HOUR)
    assert [file.read_bytes() for file in rotated(path)] == [b"2", b"3"]
    assert all(bystander.exists() for bystander in bystanders)


def test_a_clock_that_jumps_back_takes_nothing_away(path: Path) -> None:
    """What was set aside last is the newest file, and the last to go."""
    for hour in (3, 2, 1):
        written(path, b"%d" % hour)
        Rotation(keep=2, compress=True).rotate(path, NOON + hour * HOUR)
    assert [gzip.decompress(file.read_bytes()) for file in rotated(path)] == [b"2", b"1"]


def test_none_are_kept_where_none_are_wanted(path: Path) -> None:
    """`keep: 0` deletes the file that was set aside."""
    Rotation(keep=0).rotate(path, NOON)
    assert rotated(path) == []
