"""The series of a report as what uPlot draws. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

import orjson

from adapters.delivery.report import Point, Report
from adapters.delivery.words import number

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines by their names over weeks, from Monday to Monday; what is not known of a week is None, and no zero."""

    name: str
    unit: str
    weeks: Sequence[datetime]
    lines: Mapping[str, Sequence[float | None]]

    def data(self) -> str:
        """All of it as JSON; the weeks as seconds, those of the report's clock."""
        seconds = [week.replace(tzinfo=UTC).timestamp() for week in self.weeks]
        lines = [{"name": name, "values": values} for name, values in self.lines.items()]
        return orjson.dumps({"unit": self.unit, "weeks": seconds, "lines": lines}).decode()

    def rows(self) -> Iterator[Sequence[str]]:
        """The same for people: of each week a value for each line, a dash where it is not known."""
        for at, week in enumerate(self.weeks):
            yield f"{week:%Y-%m-%d}", *(number(values[at], self.unit) for values in self.lines.values())


def plots(report: Report) -> Iterator[Plot]:
    """One of each series. What is counted is zero in a week without any."""
    for name, points in groupby(report.series, key=lambda point: point.series):
        yield _plot(name, list(points))


def _plot(name: str, points: Sequence[Point]) -> Plot:
    unit, first, last = points[0].unit, min(each.period for each in points), max(each.period for each in points)
    weeks = [first + _WEEK * number for number in range((last - first).days // 7 + 1)]
    values = {(each.name, each.period): each.value for each in points}
    nothing = None if unit else 0.0
    names = dict.fromkeys(each.name for each in points)
    return Plot(name, unit, weeks, {each: [values.get((each, week), nothing) for week in weeks] for each in names})
