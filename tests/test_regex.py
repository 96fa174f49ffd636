"""Expressions that wait are what they would be, compiled at once."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from adapters.regex import regex

WAITING = ("adapters.mapping.envelopes.syslog", "adapters.mapping.filters.duration", "adapters.mapping.filters.moment")


def test_one_that_waits_finds_what_a_compiled_one_finds() -> None:
    """By any of its methods, with its flags, in text and in bytes."""
    assert regex("(?P<word>b+)", re.IGNORECASE).sub(r"<\g<word>>", "aBb") == "a<Bb>"
    assert [found[0] for found in regex(rb"\d").finditer(b"1x2")] == [b"1", b"2"]


def test_a_mistake_in_one_is_raised_by_its_first_use() -> None:
    """It is a bug of ours then, and every other test of its module finds it."""
    waiting = regex("(")
    with pytest.raises(re.error, match="unterminated"):
        waiting.match("")


@pytest.mark.parametrize("module", WAITING)
def test_those_of_the_package_can_be_compiled(module: str) -> None:
    """Each that a module has, in its names or in its lists."""
    values = vars(import_module(module)).values()
    each = [one for value in values for one in (value if isinstance(value, list) else [value])]
    assert [one.flags for one in each if type(one).__name__ == "_Waiting"]
