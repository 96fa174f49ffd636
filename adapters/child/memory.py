"""How much memory the control groups of this process leave to it."""

from __future__ import annotations

import math
from pathlib import Path

from adapters.child.groups import told


def left(root: Path = Path("/")) -> float:
    """Bytes until the narrowest of them is full, where what files have cached gives way; infinite without a bound."""
    return min(told(root, "memory", _second, _first), default=math.inf)


def _second(group: Path) -> float:
    """`max` or bytes; what is cached and not in use is `inactive_file`."""
    return _left(group, "memory.max", "memory.current", "inactive_file")


def _first(group: Path) -> float:
    """A bound that no machine has is none; `total_` is with the groups within."""
    return _left(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _left(group: Path, most: str, used: str, cached: str) -> float:
    bound = float((group / most).read_text().replace("max", "inf"))
    kept = dict(line.split(maxsplit=1) for line in (group / "memory.stat").read_text().splitlines())
    return bound - float((group / used).read_text()) + float(kept.get(cached, 0))
