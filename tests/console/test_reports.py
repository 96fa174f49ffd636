"""Reports are made beside the requests, one at a time, and kept for a while."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from adapters.console import reports
from adapters.console.reports import KEPT, Reports
from adapters.errors import TransientError

PATIENCE = 30.0
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """The time."""
        return self.now


def test_nobody_waits_for_what_is_being_made() -> None:
    """To ask returns at once; what is there later has its time."""
    go = threading.Event()
    made: Reports[str, str] = Reports(lambda question: question.upper() if go.wait(PATIENCE) else "", Clock())
    asked = made.of("a")
    assert not asked.answer.done()
    assert made.of("a") is asked
    go.set()
    assert (asked.answer.result(PATIENCE), asked.made) == ("A", NOON)


def test_one_is_made_at_a_time() -> None:
    """So that many that ask do not take the machine."""
    together, most, guard = 0, 0, threading.Lock()

    def make(question: int) -> int:
        nonlocal together, most
        with guard:
            together += 1
            most = max(most, together)
        threading.Event().wait(0.01)
        with guard:
            together -= 1
        return question

    made = Reports(make)
    asked = [made.of(number) for number in range(5)]
    assert [each.answer.result(PATIENCE) for each in asked] == [0, 1, 2, 3, 4]
    assert most == 1


def test_it_is_kept_for_a_while() -> None:
    """And is made anew after that."""
    clock, calls = Clock(), list[str]()
    made: Reports[str, None] = Reports(calls.append, clock)
    made.of("a").answer.result(PATIENCE)
    clock.now += timedelta(seconds=KEPT - 1)
    made.of("a").answer.result(PATIENCE)
    assert calls == ["a"]
    clock.now += timedelta(seconds=1)
    made.of("a").answer.result(PATIENCE)
    assert calls == ["a", "a"]


def test_a_failure_is_not_kept() -> None:
    """Whoever asked is told, and who asks next tries again."""
    answers = iter([ValueError("no"), None])

    def make(_: str) -> str:
        if error := next(answers):
            raise error
        return "yes"

    made = Reports(make)
    with pytest.raises(ValueError, match="no"):
        made.of("a").answer.result(PATIENCE)
    assert made.of("a").answer.result(PATIENCE) == "yes"


def test_they_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done makes room; what is being made does not, and the next one is told so."""
    monkeypatch.setattr(reports, "MOST", 2)
    go = threading.Event()
    made: Reports[int, bool] = Reports(lambda number: number < 2 or go.wait(PATIENCE))
    for number in (0, 1, 2):
        asked = made.of(number)
        assert number == 2 or asked.answer.result(PATIENCE)
    made.of(3)
    with pytest.raises(TransientError, match="2 reports are being made"):
        made.of(4)
    go.set()
    assert asked.answer.result(PATIENCE)
