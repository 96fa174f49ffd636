"""Reports that take a while: made one at a time beside the requests, and kept, so that no other page waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

from adapters.errors import TransientError

KEPT = 300.0
"""Seconds for which a report is shown again."""

MOST = 16
"""Reports that are kept, or waited for."""

Question = TypeVar("Question")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Asked(Generic[Answer]):
    """A report that was asked for; `answer` has it, or why there is none, when it is there. `made` is when."""

    answer: Future[Answer] = field(default_factory=Future)
    made: datetime | None = None


class Reports(Generic[Question, Answer]):
    """What answers questions slowly, made to answer each once in a while."""

    def __init__(
        self, make: Callable[[Question], Answer], now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._make = make
        self._now = now
        self._asked: dict[Question, Asked[Answer]] = {}
        self._known = threading.Lock()
        self._turn = threading.Lock()

    def of(self, question: Question) -> Asked[Answer]:
        """The report that there is, or one that is being made; raises TransientError where too many are."""
        with self._known:
            self._forget()
            if found := self._asked.get(question):
                return found
            if len(self._asked) >= MOST:
                raise TransientError(f"{MOST} reports are being made: look again when one of them is there")
            asked = self._asked[question] = Asked()
        threading.Thread(target=self._answer, args=(question, asked), daemon=True).start()
        return asked

    def _answer(self, question: Question, asked: Asked[Answer]) -> None:
        with self._turn:
            try:
                found = self._make(question)
            except Exception as error:  # noqa: BLE001 - whoever waits for it is told
                asked.made = self._now()
                asked.answer.set_exception(error)
            else:
                asked.made = self._now()
                asked.answer.set_result(found)

    def _forget(self) -> None:
        """What is too old, what failed, and the oldest where others want its place."""
        done = [(question, each) for question, each in self._asked.items() if each.answer.done()]
        for question, each in done:
            if each.answer.exception() or self._age(each) >= KEPT or len(self._asked) >= MOST:
                del self._asked[question]

    def _age(self, asked: Asked[Answer]) -> float:
        return (self._now() - asked.made).total_seconds() if asked.made else 0.0
