"""What was measured, as it is told in whichever form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

ALL = ""
"""The scope of everything together."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of one scope, from `events` of what it counts; what cannot be known is None, never zero.

    `unit` is that of `value` and the percentiles: `s`, `share` (0 to 1), `/day`, `tests`. `value` is the metric where
    it is one number, the percentiles where it is many.
    """

    metric: str
    scope: str
    unit: str
    events: int
    value: float | None = None
    p50: float | None = None
    p75: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many events a metric does not count, and why."""

    metric: str
    scope: str
    reason: str
    events: int


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series: `period` is the Monday of its week, `unit` that of a figure, or empty for a number."""

    series: str
    name: str
    unit: str
    period: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Report:
    """All of it, for the days from `since` to before `until` in a time zone.

    `by` names the scopes that there are beside ALL, or is empty. `production` are the environments that deployments are
    counted of, `others` those that are left out.
    """

    since: datetime
    until: datetime
    zone: str
    by: str
    production: Sequence[str]
    others: Sequence[str]
    figures: Sequence[Figure]
    left_out: Sequence[LeftOut] = ()
    series: Sequence[Point] = field(default=(), repr=False)
