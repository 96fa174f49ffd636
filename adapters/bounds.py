"""How many values a body may have: known before they are objects, which take many times the memory of their bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MOST_VALUES = 500_000
"""Values of a body at most: with as many, of whatever kind, a process stays under 256 MiB."""

JSON = b",[{"
"""The bytes of which each value of JSON has one before it."""


def too_many(body: bytes, marks: bytes) -> bool:
    """Whether a body has more than MOST_VALUES of the bytes that mark a value."""
    return len(body) > MOST_VALUES and sum(map(body.count, marks)) > MOST_VALUES


def check(body: bytes, marks: bytes) -> None:
    """Raises ValueError, worded to follow "the body ", where it has too many values."""
    if too_many(body, marks):
        raise ValueError(f"has more than {MOST_VALUES} values: let the tool send less at once")


def bounded(decode: Callable[[bytes], list[Any]], marks: bytes) -> Callable[[bytes], list[Any]]:
    """A decoder that first checks how many values a body has."""

    def within(body: bytes) -> list[Any]:
        if len(body) > MOST_VALUES:
            check(body, marks)
        return decode(body)

    return within
