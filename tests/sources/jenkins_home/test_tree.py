"""What a look costs when nothing has happened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from adapters.sources.jenkins_home.stamps import Stamps
from adapters.sources.jenkins_home.tree import Tree
from tests.sources.jenkins_home.homes import STARTED, Home, build, freestyle, settle

SECOND = 10**9


def test_a_directory_that_has_settled_is_looked_at_once(tmp_path: Path) -> None:
    """After that it takes a change."""
    stamps = Stamps(lambda: tmp_path.stat().st_mtime_ns + 3 * SECOND)
    assert [stamps.changed(str(tmp_path)) for _ in range(3)] == [True, False, False]
    os.utime(tmp_path, ns=(0, tmp_path.stat().st_mtime_ns + 1))
    assert stamps.changed(str(tmp_path))


def test_a_directory_that_has_just_changed_is_looked_at_again(tmp_path: Path) -> None:
    """What comes within the same tick of the file system's clock does not change its time."""
    now = tmp_path.stat().st_mtime_ns
    clock = iter([now, now + SECOND, now + 3 * SECOND, now + 4 * SECOND])
    stamps = Stamps(lambda: next(clock))
    assert [stamps.changed(str(tmp_path)) for _ in range(4)] == [True, True, True, False]


def test_a_home_at_rest_is_not_listed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the top, a look at a home where nothing has happened is one stat for each folder."""
    for name in ("a", "b"):
        build(home.job("team", "jobs", name), 1, freestyle())
    jobs = home.path / "jobs"
    settle(jobs, jobs / "team" / "jobs")
    tree = Tree(str(home.path), Stamps(lambda: 2 * STARTED * 10**6))
    tree.refresh(expected=False)
    listed: list[str] = []
    scandir = os.scandir

    def noted(path: str) -> Any:
        listed.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", noted)
    tree.refresh(expected=True)
    assert listed == [str(jobs)]
    assert tree.jobs.keys() == {"job/team/job/a/", "job/team/job/b/"}
