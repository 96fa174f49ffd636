"""How many processor cores this process may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path


def cores(root: Path = Path("/")) -> float:
    """Those that it may run on, and no more than its control groups give it time for (cgroups(7), of either version).

    `root` is where `/proc` and `/sys` are.
    """
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([float(there), *_quotas(root)])


def _quotas(root: Path) -> Iterator[float]:
    with suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            if not controllers:
                yield from _within(root / "sys/fs/cgroup", group, _second)
            elif "cpu" in controllers.split(","):
                yield from _within(root / "sys/fs/cgroup" / controllers, group, _first)
                yield from _within(root / "sys/fs/cgroup/cpu", group, _first)


def _within(mount: Path, group: str, quota: Callable[[Path], float]) -> Iterator[float]:
    """Of a group and all that it is in: in a container its own may be where the first of all is."""
    path = Path(group.lstrip("/"))
    for each in (path, *path.parents):
        with suppress(OSError, ValueError, ZeroDivisionError):
            if (found := quota(mount / each)) > 0:
                yield found


def _second(group: Path) -> float:
    """`max 100000` or `150000 100000`: microseconds of each period."""
    time, period = (group / "cpu.max").read_text().split()
    return float(time) / float(period)


def _first(group: Path) -> float:
    """Two files; -1 is no bound."""
    return float((group / "cpu.cfs_quota_us").read_text()) / float((group / "cpu.cfs_period_us").read_text())
