"""Samples from a journal: what a webhook without a mapping has kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.errors import ConfigError, JournalUnavailable
from adapters.journal import Journal
from adapters.model import Notification
from adapters.scaffold.kept import LATEST
from adapters.scaffold.samples import read


async def journal(path: Path, *sources: str, count: int = 1) -> Path:
    """A journal that has heard so many builds of each source."""
    made = Journal(path, max_bytes=1 << 30)
    heard = datetime(2026, 1, 1, tzinfo=UTC)
    said = [(source, number) for source in sources for number in range(count)]
    await made.append([Notification(source, b'{"id":%d}' % number, heard) for source, number in said])
    await made.aclose()
    return path


async def test_the_latest_of_the_only_source(tmp_path: Path) -> None:
    """Each is an input of its own, in their order."""
    found = read([await journal(tmp_path / "journal.db", "slipway", count=LATEST + 5)])
    assert [each.content for each in found.files] == [b'{"id":%d}' % number for number in range(5, LATEST + 5)]
    assert [each.name for each in found.files][:2] == ["journal.json", "journal-2.json"]


async def test_of_several_sources_one_is_named(tmp_path: Path) -> None:
    """And where none is, they are told."""
    path = await journal(tmp_path / "journal.db", "other", "slipway", count=2)
    assert len(read([Path(f"{path}#slipway")]).files) == 2
    with pytest.raises(ConfigError, match="of which source\\? it has heard other, slipway"):
        read([path])
    with pytest.raises(ConfigError, match="of which source"):
        read([Path(f"{path}#slip")])


async def test_a_journal_that_has_heard_nothing_is_told_so(tmp_path: Path) -> None:
    """As a database is that is none."""
    with pytest.raises(ConfigError, match="it has heard nothing"):
        read([await journal(tmp_path / "journal.db")])
    (tmp_path / "other.db").write_bytes(b"SQLite format 3\0 and then nothing")
    with pytest.raises(JournalUnavailable):
        read([tmp_path / "other.db"])


def test_a_name_with_a_number_sign_is_a_file(tmp_path: Path) -> None:
    """Where there is one."""
    (tmp_path / "a#b.json").write_bytes(b'{"id":1}')
    assert [each.name for each in read([tmp_path / "a#b.json"]).files] == ["a-b.json"]
