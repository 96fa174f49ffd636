"""Plots of a report as SVG: bars of each week, stacked by name. Colours are the page's, by class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from adapters.delivery import words
from adapters.delivery.report import Point

COLOURS = 6
"""How many colours the page has; with more names they begin again."""

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 720.0, 180.0, 64.0, 8.0, 22.0
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a time and a value are in the picture."""

    since: datetime
    until: datetime
    most: float

    def x(self, time: datetime) -> float:
        share = (time - self.since) / (self.until - self.since)
        return _LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT)

    def y(self, value: float) -> float:
        return _HEIGHT - _BOTTOM - value / self.most * (_HEIGHT - _BOTTOM - _TOP)


def plot(points: Sequence[Point], since: datetime, until: datetime) -> str:
    """The picture of one series. A bar says what it is to who points at it, the picture to who listens."""
    series, unit = points[0].series, points[0].unit
    weeks: dict[datetime, list[Point]] = defaultdict(list)
    for point in points:
        weeks[point.period].append(point)
    most = max(sum(each.value for each in week) for week in weeks.values()) or 1.0
    frame = _Frame(min(since, *weeks), max(until, max(weeks) + _WEEK), most)
    colours = {name: index % COLOURS for index, name in enumerate(dict.fromkeys(each.name for each in points))}
    parts = [*_axes(frame, unit), *(bar for week in weeks.values() for bar in _bars(frame, week, colours))]
    label = escape(f"{series}: {len(weeks)} weeks, at most {words.number(most, unit)}", quote=True)
    legend = _legend(colours) if len(colours) > 1 else ""
    size = f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}"'
    return f'<svg {size} role="img" aria-label="{label}">{"".join(parts)}</svg>{legend}'


def _bars(frame: _Frame, week: Sequence[Point], colours: Mapping[str, int]) -> Iterator[str]:
    below = 0.0
    left, right = frame.x(week[0].period), frame.x(week[0].period + _WEEK)
    for point in week:
        top, bottom = frame.y(below + point.value), frame.y(below)
        below += point.value
        told = escape(f"{point.period:%Y-%m-%d} {point.name}: {words.number(point.value, point.unit)}")
        place = f'x="{left:.1f}" y="{top:.1f}" width="{max(right - left - 1, 0.5):.1f}" height="{bottom - top:.1f}"'
        yield f'<rect class="c{colours[point.name]}" {place}><title>{told}</title></rect>'


def _axes(frame: _Frame, unit: str) -> Iterator[str]:
    for value in (0.0, frame.most / 2, frame.most):
        y = frame.y(value)
        yield f'<line x1="{_LEFT:g}" x2="{_WIDTH:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6:g}" y="{y + 4:.1f}" text-anchor="end">{escape(words.number(value, unit))}</text>'
    middle = frame.since + (frame.until - frame.since) / 2
    for time, anchor in ((frame.since, "start"), (middle, "middle"), (frame.until, "end")):
        x, y = frame.x(time), _HEIGHT - 6
        yield f'<text x="{x:.1f}" y="{y:g}" text-anchor="{anchor}">{time:%Y-%m-%d}</text>'


def _legend(colours: Mapping[str, int]) -> str:
    names = "".join(f'<li><span class="c{colour}"></span>{escape(name)}</li>' for name, colour in colours.items())
    return f"<ul>{names}</ul>"
