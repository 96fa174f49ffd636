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
    """All builds up to number `top` are told, but for those in `open`, of which so much was told.

    `mark` is that of the newest build that was told to its end: a job that has it is this one, whatever it is called.
    """

    top: int = 0
    open: Mapping[int, Told] = field(default_factory=dict)
    mark: str | None = None

    @property
    def text(self) -> str:
        """The checkpoint's value."""
        members = {str(number): sorted(told) for number, told in sorted(self.open.items())}
        known = {"mark": self.mark} if self.mark else {}
        return orjson.dumps({"top": self.top, "open": members, **known}).decode()

    def untold(self, numbers: Iterable[int]) -> list[int]:
        """Those of the numbers that have not been told to their end, in order."""
        return sorted(number for number in numbers if number > self.top or number in self.open)

    def told(self, number: int) -> Told:
        """What has been told of a build."""
        return self.open.get(number, NOTHING)

    def after(self, number: int, told: Told, *, ended: bool, mark: str | None = None) -> Progress:
        """The progress once so much of a build was told, whose mark this is."""
        newest = mark if ended and number >= self.top else self.mark
        others = {each: marks for each, marks in self.open.items() if each != number}
        return Progress(max(self.top, number), others if ended else {**others, number: told}, newest)

    def without(self, numbers: Iterable[int]) -> Progress:
        """The progress once these builds are no more."""
        gone = set(numbers)
        return replace(self, open={number: told for number, told in self.open.items() if number not in gone})


SINCE = "since"
"""The checkpoint of a source whose history is not wanted; all others are of jobs, whose URLs are longer."""


@dataclass(frozen=True, slots=True)
class Since:
    """When a source was started for the very first time, in ms since 1970."""

    time: int

    @property
    def text(self) -> str:
        """The checkpoint's value."""
        return str(self.time)


def texts(progress: Mapping[str, Progress | Since | None]) -> dict[str, str | None]:
    """The checkpoints' values of jobs; None for a job that is gone."""
    return {job: each.text if each else None for job, each in progress.items()}


def mark(build: Mapping[str, Any]) -> str:
    """What no other build of a Jenkins has, and a build keeps when its job is renamed or moved."""
    return f"{build['number']} {build['started']} {build.get('queue_id', '')}"


def parse(text: str) -> Progress:
    """The progress that a checkpoint's value stands for; a text of another form is none."""
    try:
        return _progress(orjson.loads(text))
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError):
        return Progress()


def _progress(value: Any) -> Progress:
    opened = {int(number): frozenset(told) for number, told in value["open"].items()}
    return Progress(int(value["top"]), opened, value.get("mark"))
