"""Series of a report as plots."""

from __future__ import annotations

from datetime import datetime

import orjson

from adapters.console.plots import plots
from adapters.delivery.report import Point, Report

FIRST, SECOND, THIRD = datetime(2026, 3, 2), datetime(2026, 3, 9), datetime(2026, 3, 16)


def report(*series: Point) -> Report:
    """A report of nothing else."""
    return Report(FIRST, THIRD, "UTC", "", ["live"], [], [], series=series)


def test_a_week_without_deployments_is_zero() -> None:
    """In each environment."""
    points = (
        Point("deployments a week", "east", "", FIRST, 2.0),
        Point("deployments a week", "east", "", THIRD, 1.0),
        Point("deployments a week", "west", "", SECOND, 3.0),
    )
    [plot] = plots(report(*points))
    assert plot.weeks == [FIRST, SECOND, THIRD]
    assert plot.lines == {"east": [2.0, 0.0, 1.0], "west": [0.0, 3.0, 0.0]}


def test_a_week_without_a_number_has_none() -> None:
    """A lead time of nothing is not known."""
    [plot] = plots(report(Point("lead", "all", "s", FIRST, 60.0), Point("lead", "all", "s", THIRD, 7200.0)))
    assert plot.lines == {"all": [60.0, None, 7200.0]}
    assert [list(row) for row in plot.rows()] == [
        ["2026-03-02", "1.0 min"],
        ["2026-03-09", "-"],
        ["2026-03-16", "2.0 h"],
    ]


def test_data_has_weeks_as_seconds_of_the_reports_clock() -> None:
    """As uPlot wants them, in UTC whatever the zone of the report is: they are days and no moments."""
    [plot] = plots(report(Point("rate", "all", "share", FIRST, 0.5)))
    assert orjson.loads(plot.data()) == {
        "unit": "share",
        "weeks": [1772409600.0],
        "lines": [{"name": "all", "values": [0.5]}],
    }
