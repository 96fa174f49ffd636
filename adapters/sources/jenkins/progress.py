"""How far a job's builds have been told, as a checkpoint that stays small: not a line for each build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

Told = frozenset[str]
"""What has been told of a build that still runs; the words are those of `news`."""

NOTHING: Told = frozenset()


@dataclass(frozen=True, slots=True)
class Progress:
    """All builds up to number `top` are told, but for those in `open`, of which so much was told."""

    top: int = 0
    open: Mapping[int, Told] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The checkpoint's value."""
        members = {str(number): sorted(told) for number, told in sorted(self.open.items())}
        return orjson.dumps({"top": self.top, "open": members}).decode()

    def untold(self, numbers: Iterable[int]) -> list[int]:
        """Those of the numbers that have not been told to their end, in order."""
        return sorted(number for number in numbers if number > self.top or number in self.open)

    def told(self, number: int) -> Told:
        """What has been told of a build."""
        return self.open.get(number, NOTHING)

    def after(self, number: int, told: Told, *, ended: bool) -> Progress:
        """The progress once so much of a build was told."""
        others = {each: marks for each, marks in self.open.items() if each != number}
        return Progress(max(self.top, number), others if ended else {**others, number: told})

    def without(self, numbers: Iterable[int]) -> Progress:
        """The progress once these builds are no more."""
        gone = set(numbers)
        return replace(self, open={number: told for number, told in self.open.items() if number not in gone})


def parse(text: str) -> Progress:
    """The progress that a checkpoint's value stands for; a text of another form is none."""
    try:
        return _progress(orjson.loads(text))
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError):
        return Progress()


def _progress(value: Any) -> Progress:
    return Progress(int(value["top"]), {int(number): frozenset(told) for number, told in value["open"].items()})
