"""A story as a picture over time: where each event, each span and each row of it is. Pure: numbers, and no markup."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise

from adapters.lineage.event import Event
from adapters.lineage.spans import Span, place
from adapters.lineage.tree import Node

ROW = 40
"""Pixels from one row to the next: its label, and below it its events."""

_LEFT, _TOP, _RIGHT = 24, 44, 40
_NARROWEST, _WIDEST, _STEP = 880, 4000, 14
_APART, _TICKS, _LABEL = 14, 150, 300


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at a place."""

    event: Event
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Row:
    """What events are about; its label is over the first of them, and ends there where `left` is false."""

    kind: str
    subject: str
    environment: str
    x: float
    y: float
    left: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A span in its row; one that goes on ends with the picture."""

    span: Span
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """From an event to one that follows from it."""

    begin: Mark
    end: Mark


@dataclass(frozen=True, slots=True)
class Tick:
    """A time of the axis."""

    moment: datetime
    x: float


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it, in pixels from the upper left."""

    width: int
    height: int
    rows: Sequence[Row]
    bars: Sequence[Bar]
    lines: Sequence[Line]
    marks: Sequence[Mark]
    ticks: Sequence[Tick]


def told(nodes: Iterable[Node]) -> Iterator[tuple[Event, Event | None]]:
    """The events of a story, each with what it stands under; the way down is no recursion, as a story may be deep."""
    waiting: list[tuple[Node, Event | None]] = [(node, None) for node in nodes]
    while waiting:
        node, above = waiting.pop()
        yield node.event, above
        waiting.extend((child, node.event) for child in node.children)


def picture(pairs: Sequence[tuple[Event, Event | None]], found: Iterable[Span]) -> Picture:
    """The picture of events, each with what it stands under, and of the spans between them.

    The longer a pause, the wider it is, though not in proportion: of a day and a minute one sees both.
    """
    in_time = sorted((event for event, _ in pairs), key=lambda each: (each.moment, each.name, each.id))
    along = _along(sorted({each.moment for each in in_time}))
    marks = {mark.event.id: mark for mark in _marks(in_time, along)}
    width = math.ceil(max((each.x for each in marks.values()), default=0.0)) + _RIGHT
    lines = [Line(marks[parent.id], marks[event.id]) for event, parent in pairs if parent]
    rows = list(_rows(marks.values(), width))
    return Picture(
        width=max(width, _LEFT + _NARROWEST + _RIGHT),
        height=_TOP + ROW * len(rows),
        rows=rows,
        bars=[_bar(span, marks, width - _RIGHT / 2) for span in found],
        lines=lines,
        marks=list(marks.values()),
        ticks=list(_ticks(along)),
    )


def _along(moments: Sequence[datetime]) -> Mapping[datetime, float]:
    """Where each moment is, from the left."""
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    steps = [1 + 1.2 * math.log10(1 + gap) for gap in gaps]
    scale = min(max(sum(steps) * _STEP, _NARROWEST), _WIDEST) / (sum(steps) or 1.0)
    places = accumulate((step * scale for step in steps), initial=float(_LEFT))
    return dict(zip(moments, places, strict=False))


def _marks(in_time: Sequence[Event], along: Mapping[datetime, float]) -> Iterator[Mark]:
    """What is about the same is in one row, and beside each other where it was at the same time."""
    rows = {key: number for number, key in enumerate(dict.fromkeys(map(place, in_time)))}
    reached: dict[int, float] = {}
    for event in in_time:
        row = rows[place(event)]
        x = max(along[event.moment], reached.get(row, -math.inf) + _APART)
        reached[row] = x
        yield Mark(event, round(x, 1), _TOP + ROW * row + ROW / 2)


def _rows(marks: Iterable[Mark], width: float) -> Iterator[Row]:
    seen = set[float]()
    for mark in marks:
        if mark.y not in seen:
            seen.add(mark.y)
            yield Row(*place(mark.event), x=mark.x, y=mark.y, left=mark.x < width - _LABEL)


def _bar(span: Span, marks: Mapping[str, Mark], end: float) -> Bar:
    """In the row of what it ends with, as a rollout is what was worked for."""
    begin = marks[span.begin.id]
    if span.end is None:
        return Bar(span, begin.x, begin.y, max(end - begin.x, 0.0))
    return Bar(span, begin.x, marks[span.end.id].y, max(marks[span.end.id].x - begin.x, 0.0))


def _ticks(along: Mapping[datetime, float]) -> Iterator[Tick]:
    reached = -math.inf
    for moment, x in along.items():
        if x >= reached + _TICKS:
            reached = x
            yield Tick(moment, round(x, 1))
