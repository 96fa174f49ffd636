"""Who may read a journal, and who may have it open."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.errors import JournalUnavailable
from adapters.journal import Journal
from tests.journal.conftest import Heard


@pytest.fixture
def no_umask() -> Iterator[None]:
    """A process that would let everybody read what it writes."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """The permissions of each file."""
    return {file.name: oct(stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()}


@pytest.mark.usefixtures("no_umask")
async def test_only_the_owner_reads_what_tools_said(path: Path, heard: Heard) -> None:
    """The journal and what SQLite writes beside it are 0600, whatever the umask."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.append([heard()])
    assert modes(path.parent) == dict.fromkeys(["journal.db", "journal.db-wal", "journal.db-shm"], "0o600")
    await journal.aclose()


async def test_a_journal_that_others_could_read_is_closed_to_them(path: Path) -> None:
    """One that an older release left open to all is so no more."""
    await Journal(path, max_bytes=1 << 30).aclose()
    path.chmod(0o644)
    await Journal(path, max_bytes=1 << 30).aclose()
    assert modes(path.parent) == {"journal.db": "0o600"}


@pytest.mark.parametrize("link", [os.symlink, os.link])
async def test_one_file_under_two_names_is_one_journal(path: Path, tmp_path: Path, link: object) -> None:
    """A second process is refused by whatever name it knows the file, and has it when the first is gone."""
    journal = Journal(path, max_bytes=1 << 30)
    link(path, tmp_path / "other.db")  # type: ignore[operator]  # either of the two
    with pytest.raises(JournalUnavailable, match="another process has it open"):
        Journal(tmp_path / "other.db", max_bytes=1 << 30)
    await journal.aclose()
    await Journal(tmp_path / "other.db", max_bytes=1 << 30).aclose()


async def test_there_is_no_lock_to_be_deleted(path: Path) -> None:
    """Whatever is deleted beside the journal, a second process is refused."""
    journal = Journal(path, max_bytes=1 << 30)
    for file in path.parent.iterdir():
        if file != path and not file.name.endswith(("-wal", "-shm")):
            file.unlink()
    with pytest.raises(JournalUnavailable, match="another process has it open"):
        Journal(path, max_bytes=1 << 30)
    await journal.aclose()
