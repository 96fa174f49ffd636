"""When two values are the same."""

from __future__ import annotations

from typing import Any


def same(value: Any, wanted: Any) -> bool:
    """Equal and of one kind: `1`, `"1"` and `true` are three different values."""
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)
