"""A backlog, and the memory that it takes to drain it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.backlog import FILE, drained


@pytest.mark.slow
def test_a_backlog_drains_without_memory_growing(tmp_path: Path) -> None:
    """A hundred thousand notifications take no more memory than a tenth of them, within 3 MiB."""
    peaks = []
    for count in (10_000, 100_000):
        (folder := tmp_path / f"{count}").mkdir()
        peaks.append(drained(folder, count, legacy={**FILE, "path": "legacy.jsonl"}).peak)
        assert (folder / "cdevents.jsonl").read_bytes().count(b"\n") == count
    few, many = peaks
    assert many < few + 3
