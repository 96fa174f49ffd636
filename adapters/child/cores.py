"""How many processor cores this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

from adapters.child.groups import told


def cores(root: Path = Path("/")) -> float:
    """Those that it may run on, and no more than its control groups give it time for; `root` as in `groups.told`."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([float(there), *(quota for quota in told(root, "cpu", _second, _first) if quota > 0)])


def spare(most: int | None) -> float:
    """Those beside its own, of at most so many: one or more are of use to another process."""
    return min(cores(), most or math.inf) - 1


def _second(group: Path) -> float:
    """`max 100000` or `150000 100000`: microseconds of each period."""
    time, period = (group / "cpu.max").read_text().split()
    return float(time) / float(period)


def _first(group: Path) -> float:
    """Two files; -1 is no bound."""
    return float((group / "cpu.cfs_quota_us").read_text()) / float((group / "cpu.cfs_period_us").read_text())
