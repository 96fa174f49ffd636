"""How many values a body may have: known before they are objects, which take many times the memory of their bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MOST_VALUES = 500_000
"""Values of a body at most: with as many, of whatever kind, a process stays under 256 MiB."""


def bounded(decode: Callable[[bytes], list[Any]], marks: bytes) -> Callable[[bytes], list[Any]]:
    """A decoder that refuses, with ValueError, a body with more than MOST_VALUES of the bytes that mark a value."""

    def within(body: bytes) -> list[Any]:
        if len(body) > MOST_VALUES and sum(map(body.count, marks)) > MOST_VALUES:
            raise ValueError(f"has more than {MOST_VALUES} values: let the tool send less at once")
        return decode(body)

    return within
