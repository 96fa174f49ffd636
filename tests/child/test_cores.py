"""How many cores there are: those of the machine, or what a container is given of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.child.cores import cores
from tests.child.machine import V1, V2, machine


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of eight cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


@pytest.mark.parametrize(
    ("cgroup", "files", "count"),
    [
        pytest.param(V2.format("/"), {"cpu.max": "max 100000\n"}, 8, id="no bound"),
        pytest.param(V2.format("/"), {"cpu.max": "100000 100000\n"}, 1, id="a container of one core"),
        pytest.param(V2.format("/"), {"cpu.max": "150000 100000\n"}, 1.5, id="one and a half"),
        pytest.param(
            V2.format("/system.slice/a.service"),
            {"system.slice/a.service/cpu.max": "max 100000\n", "system.slice/cpu.max": "200000 100000\n"},
            2,
            id="the group around its own has less",
        ),
        pytest.param(V2.format("/system.slice"), {"system.slice/cpu.max": "5000 10000\n"}, 0.5, id="half a core"),
        pytest.param(
            V1.format("/docker/1f"),
            {"cpu,cpuacct/cpu.cfs_quota_us": "100000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"},
            1,
            id="version 1, seen from within",
        ),
        pytest.param(
            V1.format("/a"),
            {"cpu/a/cpu.cfs_quota_us": "300000\n", "cpu/a/cpu.cfs_period_us": "100000\n"},
            3,
            id="version 1, by its other name",
        ),
        pytest.param(
            V1.format("/"),
            {"cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"},
            8,
            id="version 1, no bound",
        ),
        pytest.param("nonsense\n", {"cpu.max": "nonsense\n"}, 8, id="what cannot be read says nothing"),
    ],
)
def test_cores_are_as_many_as_a_control_group_gives_time_for(
    tmp_path: Path, cgroup: str, files: dict[str, str], count: float
) -> None:
    """And no more than the process may run on."""
    assert cores(machine(tmp_path, cgroup, files)) == count


def test_where_there_are_no_control_groups_the_machine_says_it(tmp_path: Path) -> None:
    """As on macOS."""
    assert cores(tmp_path) == 8
