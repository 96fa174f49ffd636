"""Which of several places a message goes to, by its key: `{partition:8}` in a name is a number from 0 to 7.

A sink writes the number, and a source has one consumer for each: what has one key keeps its order among replicas.
"""

from __future__ import annotations

import re
from zlib import crc32

_PLACEHOLDER = re.compile(r"\{partition:([1-9][0-9]{0,2})\}")


def partition(key: str, of: int) -> int:
    """The number, below `of`, that a key always has: its CRC-32, which must never become another."""
    return crc32(key.encode()) % of


def partitions(name: str) -> int | None:
    """How many places a name with a placeholder stands for; None where it has none."""
    found = _PLACEHOLDER.search(name)
    return int(found[1]) if found else None


def each(name: str) -> list[str]:
    """The names that one with a placeholder stands for, in order; the name itself where it has none."""
    return [_PLACEHOLDER.sub(str(number), name) for number in range(partitions(name) or 1)]
