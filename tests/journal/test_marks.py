"""What a sink took, noted where a kill leaves it: nothing that was not, and all that was lately."""

from __future__ import annotations

import os
import random
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.journal import Journal, RouteLog
from adapters.journal.marks import ROOM, Marks
from tests.journal.killed import killed
from tests.journal.marked import mark

WRITER = Path(__file__).with_name("marks_writer.py")


def test_what_was_put_survives_kill_9(tmp_path: Path) -> None:
    """After each kill there is all that was said to be put, as far as there is room, and at most one more."""
    path, chance, last = tmp_path / "marks", random.Random(1), 0
    for _ in range(3):
        first = last + 2
        last = killed(WRITER, path, first, chance.randrange(1, 2 * ROOM))[-1]
        kept = range(max(first, last - ROOM + 2), last + 1)
        found = Marks(path).beyond(kept.start - 1)
        assert {mark(number) for number in kept} <= found <= {mark(number) for number in range(kept.start, last + 2)}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 50), max_size=60), st.integers(0, 50), st.integers(0, 60))
def test_marks_are_those_of_records_beyond_one(
    tmp_path_factory: pytest.TempPathFactory, seqs: list[int], beyond: int, again: int
) -> None:
    """In whatever order they were put, by one process or by two."""
    path = tmp_path_factory.mktemp("marks") / "marks"
    for part in (seqs[:again], seqs[again:]):
        marks = Marks(path)
        for seq in part:
            marks.put(seq, mark(seq))
    assert Marks(path).beyond(beyond) == {mark(seq) for seq in seqs if seq > beyond}


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """Also where it was there."""
    (path := tmp_path / "marks").touch(0o644)
    Marks(path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("found", [b"another program's", b"cdevents-adapters marks 0\n" * 5000, b"\xff" * 200_000])
def test_a_file_that_is_none_of_marks_is_begun_anew(
    tmp_path: Path, found: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the log says so."""
    path = tmp_path / "marks"
    path.write_bytes(found)
    marks = Marks(path)
    marks.put(7, mark(7))
    assert Marks(path).beyond(0) == {mark(7)}
    assert "not a file of marks" in "".join(capsys.readouterr())


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 40_000))
def test_damage_is_no_mark(tmp_path_factory: pytest.TempPathFactory, damage: bytes, at: int) -> None:
    """Whatever is written over it, it has no mark that was not put."""
    path = tmp_path_factory.mktemp("marks") / "marks"
    marks = Marks(path)
    for seq in range(1000):
        marks.put(seq, mark(seq))
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + damage + whole[at + len(damage) :])
    known = {mark(seq) for seq in range(2000)}
    assert Marks(path).beyond(0) & known <= {mark(seq) for seq in range(1000)}


def test_a_copy_with_holes_has_none_of_them(tmp_path: Path) -> None:
    """What was put is still there, and a disk that fills up later cannot be in the way of the rest."""
    path = tmp_path / "marks"
    Marks(path).put(7, mark(7))
    kept, size = path.read_bytes()[:4096], path.stat().st_size
    path.write_bytes(kept)
    os.truncate(path, size)
    assert Marks(path).beyond(0) == {mark(7)}
    assert path.stat().st_blocks * 512 >= size


def test_a_file_that_has_no_room_is_not_used(tmp_path: Path) -> None:
    """Be it new, or there with holes: to put a mark where there is no disk would end the process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    (path := tmp_path / "marks").touch()
    os.truncate(path, 1 << 20)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        for each in (path, tmp_path / "new"):
            with pytest.raises(OSError, match="No space left"):
                Marks(each)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """What it leads to is somebody else's, and stays as it is."""
    (other := tmp_path / "other").write_bytes(b"else")
    (path := tmp_path / "marks").symlink_to(other)
    with pytest.raises(OSError, match="symbolic links"):
        Marks(path)
    assert other.read_bytes() == b"else"


async def test_a_route_without_a_place_for_marks_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It knows of none and keeps none; the log says so once, and it is tried again at the next start."""
    journal = Journal(tmp_path / "journal.db", max_bytes=1 << 30)
    journal.marks("cdevents").mkdir()
    route = RouteLog(journal, "cdevents")
    assert route.taken() == frozenset()
    route.note(1, mark(1))
    assert "".join(capsys.readouterr()).count("cannot be noted one by one") == 1
    journal.marks("cdevents").rmdir()
    assert route.taken() == frozenset()
    route.note(1, mark(1))
    assert RouteLog(journal, "cdevents").taken() == {mark(1)}
    await journal.aclose()
