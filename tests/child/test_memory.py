"""How much memory a container leaves."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from adapters.child import process
from adapters.child.memory import left
from adapters.child.process import started
from tests.child.machine import V1, V2, machine

STAT = "anon 60\ninactive_file 30\n"


@pytest.mark.parametrize(
    ("cgroup", "files", "room"),
    [
        pytest.param(
            V2.format("/"),
            {"memory.max": "200\n", "memory.current": "120\n", "memory.stat": STAT},
            110,
            id="what is only cached gives way",
        ),
        pytest.param(
            V2.format("/"),
            {"memory.max": "max\n", "memory.current": "120\n", "memory.stat": STAT},
            math.inf,
            id="no bound",
        ),
        pytest.param(
            V2.format("/pod/sidecar"),
            {
                "pod/sidecar/memory.max": "max\n",
                "pod/sidecar/memory.current": "10\n",
                "pod/sidecar/memory.stat": "inactive_file 0\n",
                "pod/memory.max": "100\n",
                "pod/memory.current": "80\n",
                "pod/memory.stat": "inactive_file 0\n",
            },
            20,
            id="the group around its own has less",
        ),
        pytest.param(
            V1.format("/docker/1f"),
            {
                "memory/memory.limit_in_bytes": "500\n",
                "memory/memory.usage_in_bytes": "100\n",
                "memory/memory.stat": "inactive_file 1\ntotal_inactive_file 50\n",
            },
            450,
            id="version 1, seen from within",
        ),
        pytest.param("nonsense\n", {"memory.max": "nonsense\n"}, math.inf, id="what cannot be read says nothing"),
    ],
)
def test_what_is_left_is_what_the_narrowest_control_group_has(
    tmp_path: Path, cgroup: str, files: dict[str, str], room: float
) -> None:
    """By the files of either version (cgroups(7))."""
    assert left(machine(tmp_path, cgroup, files)) == room


async def test_where_there_is_no_room_no_process_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """The container might be ended as a whole; who wanted it is told why there is none."""
    monkeypatch.setattr(process, "left", lambda: 60 << 20)
    with pytest.raises(OSError, match="of the container's memory 60 MiB are left"):
        async with started("adapters.aside.helper"):
            pytest.fail("it was started")
