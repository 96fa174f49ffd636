"""No filter, and no envelope, takes more than proportionally longer for longer input, whatever is in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import product
from typing import Any

import pytest

from adapters.mapping.closures import Names, pipeline
from adapters.mapping.code import called
from adapters.mapping.envelopes import opener
from adapters.mapping.failures import Failure
from adapters.mapping.filters import FILTERS
from adapters.mapping.scope import Constant
from adapters.mapping.syntax import expression
from tests.docs.test_mappings import filter_rows

SHORT, TIMES = 2_000, 8
"""How long hostile input is, and how many times as long the longer one of a pair."""

QUICK = 0.02
"""Seconds that nobody waits for: what takes no longer is not compared."""

UNITS = (
    *"a.0/:@-_ %\\'\"[]{}()=,+;<>|*$\t\n\0é",
    *(
        "a.",
        "a/",
        "a:",
        "0.",
        "0,",
        "0:",
        "1,234 ",
        "a@",
        "@sha256:",
        "%2F",
        "%%",
        "..",
        "a=b,",
        "=,",
        "a=1 ",
        "h m s ",
    ),
    *(
        "1h",
        "1 h ",
        "P1D",
        "T1H",
        "12:34:",
        "2026-01-02T",
        "job/a/",
        "job/",
        "a-b_c.",
        "//",
        "a//",
        '\\"',
        "\\1",
        "m=+1",
    ),
)
AROUND = (
    ("", ""),
    ("", "!"),
    ("registry.example.com/", "@sha256:" + "0" * 64),
    ("2026-01-02T03:04:05.", "Z"),
)
"""What it may begin and end with."""


def seconds(work: Callable[[], Any]) -> float:
    """The least processor time of a few runs; a refusal is an answer too."""
    best = float("inf")
    for _ in range(2):
        begun = time.process_time()
        with suppress(Failure, ValueError):
            work()
        best = min(best, time.process_time() - begun)
        if best < QUICK:
            break
    return best


def hostile(head: str, unit: str, tail: str, size: int) -> str:
    """A text of about so many characters, most of them one unit again and again."""
    return head + unit * (size // len(unit)) + tail


def grows(work: Callable[[str], Any]) -> list[str]:
    """The texts for which work takes much more than TIMES as long when they are TIMES as long."""
    found = []
    for (head, tail), unit in product(AROUND, UNITS):
        longer = hostile(head, unit, tail, SHORT * TIMES)
        if seconds(lambda: work(longer)) < QUICK:  # noqa: B023 - it is called here
            continue
        shorter = hostile(head, unit, tail, SHORT)
        ratio = seconds(lambda: work(longer)) / max(seconds(lambda: work(shorter)), 1e-4)  # noqa: B023 - it is called here
        if ratio > 3 * TIMES:
            found.append(f"{head!r} {unit!r} {tail!r}: {ratio:.0f} times as long")
    return found


def calls() -> list[str]:
    """Each filter of text as the page of mappings calls it."""
    rows = {row.call.partition("(")[0]: row.call for row in filter_rows()}
    return sorted(call for name, call in rows.items() if not FILTERS[name].accepts or str in FILTERS[name].accepts)


@pytest.mark.slow
@pytest.mark.parametrize("call", calls())
def test_a_filter_is_linear(call: str) -> None:
    """Hostile text of any kind, tens of thousands of characters of it: a multiple of the time for fewer, or refused."""
    names = {name: Constant([]) for name in ("list", "branches")}
    filtered = called(pipeline(expression(f"value | {call}"), Names(names, {})))
    assert grows(lambda text: filtered({"value": text})) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["auto", "docker", "cri", "journald", "syslog"])
def test_an_envelope_is_linear(kind: Any) -> None:
    """Any line is known to be in one, or not to be, in a multiple of the time that a shorter one takes."""
    opened = opener(kind)
    assert opened is not None
    assert grows(lambda text: opened(text.encode())) == []
