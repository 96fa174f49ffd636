"""How numbers are told to people, wherever they are told."""

from __future__ import annotations


def age(seconds: float) -> str:
    """A duration: `45s`, `12m`, `5h`, `3d`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size:.0f}{unit}"
    return f"{seconds:.0f}s"
