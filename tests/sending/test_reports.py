"""Which reports a command has written."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from adapters.sending import reports


def test_files_are_not_looked_for_without_end(tmp_path: Path) -> None:
    """Links that lead round in a circle, as often as they may be followed, are as a tree without an end."""
    for name in ("a", "b", "c"):
        (tmp_path / name).symlink_to(tmp_path)
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(reports.TooMany, match="name the folder that they are in"):
        reports.matching([str(tmp_path / "**/*.xml")], seconds=0.05)
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
