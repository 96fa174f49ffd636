"""The picture of a flow: four columns of boxes, and the lines between them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.console.state import Health, RouteState, State
from adapters.wording import age

WIDTH, BOX, HEIGHT, GAP = 920, 176, 48, 14
"""Of the picture, of a box, of a box, and between two boxes; in pixels."""

_STEP = HEIGHT + GAP
_COLUMNS = [column * (WIDTH - BOX) / 3 for column in range(4)]
_LONGEST = 23


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the sidecar: two lines of text at a place."""

    name: str
    about: str
    health: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """From one box to another, as an SVG path."""

    path: str
    health: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and lines, and how high they are all told."""

    boxes: Sequence[Box]
    lines: Sequence[Line]
    height: float


def drawing(state: State) -> Drawing:
    """The picture of a state."""
    rows = max(len(state.sources), len(state.routes), len(state.sinks), 1)
    height = rows * _STEP - GAP
    sources = _column(0, height, [(each.name, _rate(each.rate), Health.GOOD) for each in state.sources])
    full = f"{100 * state.size / state.max_size:.0f} % of its size"
    [journal] = _column(1, height, [("journal", full, Health.GOOD)])
    routes = _column(2, height, [(each.name, _how_far(each), each.health) for each in state.routes])
    sinks = _column(3, height, [(each.name, each.type, each.health) for each in state.sinks])
    ends = {each.name: box for each, box in zip(state.sinks, sinks, strict=True)}
    lines = [_line(each, journal, Health.GOOD) for each in sources]
    lines += [_line(journal, each, Health.GOOD) for each in routes]
    lines += [_line(box, ends[each.sink], each.delivery) for each, box in zip(state.routes, routes, strict=True)]
    return Drawing([*sources, journal, *routes, *sinks], lines, height)


def _column(number: int, height: float, parts: Sequence[tuple[str, str, str]]) -> list[Box]:
    top = (height - (len(parts) * _STEP - GAP)) / 2
    return [
        Box(_short(name), _short(about), health, _COLUMNS[number], top + row * _STEP)
        for row, (name, about, health) in enumerate(parts)
    ]


def _line(start: Box, end: Box, health: str) -> Line:
    x0, y0, x1, y1 = start.x + BOX, start.y + HEIGHT / 2, end.x, end.y + HEIGHT / 2
    middle = (x0 + x1) / 2
    return Line(f"M{x0:g} {y0:g}C{middle:g} {y0:g} {middle:g} {y1:g} {x1:g} {y1:g}", health)


def _how_far(route: RouteState) -> str:
    if letters := route.status.dead_letters:
        return f"{letters} dead {'letter' if letters == 1 else 'letters'}"
    if route.status.lag:
        return f"{route.status.lag} wait, oldest {age(route.status.oldest)}"
    return "up to date"


def _rate(rate: float) -> str:
    return f"{rate:.1f} a second" if rate else "quiet"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
