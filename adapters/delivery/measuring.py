"""Measuring: the SQL files in their order, over an engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from adapters.delivery.engine import Engine
from adapters.delivery.report import ALL, Figure, LeftOut, Point, Report

METRICS = {
    "change lead time": "s",
    "deployment frequency": "/day",
    "failed deployment recovery time": "s",
    "change fail rate": "share",
    "deployment rework rate": "share",
}
"""The metrics of DORA (dora.dev/guides/dora-metrics), which every report has, and their units."""

DIMENSIONS = {
    "service": "service",
    "environment": "environment",
    "repository": "repository",
    "team": "coalesce(team, (select max(teams.team) from teams where teams.name in (service, repository)))",
}
"""What a report can be divided by, as SQL over what was measured."""

_SQL = Path(__file__).parent / "sql"
_ENVIRONMENTS = "select distinct environment from events where subject = 'service' and environment is not null"
PARAMETERS = """
create temporary table parameters (since timestamp, until timestamp, zone text, grouped boolean);
create temporary table production (environment text);
create temporary table teams (name text, team text);
"""
"""The tables of what is asked."""

FACTS = "facts"
"""The folder of what runs first; `figures`, `left_out` and `series` are made of it."""

_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: of which time, by the clock of which zone, divided by what.

    Without `since` and `until` it is all days that there are events of. `is_production` chooses the environments.
    `teams` has the team of a service or repository by its name.
    """

    since: datetime | None = None
    until: datetime | None = None
    zone: str = "UTC"
    by: str | None = None
    is_production: Callable[[str], bool] = lambda _: True
    teams: Mapping[str, str] = field(default_factory=dict)


def looks_productive(environment: str) -> bool:
    """Whether an environment's name says that it is production: `prod-eu`, `live`, but not `pre-prod`."""
    words = set(_WORD.findall(environment.lower()))
    return bool(words & {"prod", "prd", "production", "live"}) and not words & {"pre", "non", "not", "no"}


def measure(engine: Engine, question: Question) -> Report | None:
    """The report on what an engine's tables hold; None where they hold nothing."""
    if not engine.rows("select 1 from events limit 1"):
        return None
    environments = sorted(row["environment"] for row in engine.rows(_ENVIRONMENTS))
    production = [each for each in environments if question.is_production(each)]
    _ask(engine, question, production)
    dimension = DIMENSIONS.get(question.by or "", "cast(null as text)")
    for each in statements(FACTS, dimension):
        engine.run(each)
    period = engine.rows("select * from period")[0]
    return Report(
        since=period["since"],
        until=period["until"],
        zone=question.zone,
        by=question.by or "",
        production=production,
        others=[each for each in environments if each not in production],
        figures=_complete([Figure(**row) for row in _all(engine, "figures", dimension)]),
        left_out=[LeftOut(**row) for row in _all(engine, "left_out", dimension)],
        series=[Point(**row) for row in _all(engine, "series", dimension)],
    )


def chosen(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether an environment's name is like one of some patterns (`prod-*`), or looks productive without any."""
    return (lambda name: any(fnmatchcase(name, each) for each in patterns)) if patterns else looks_productive


def statements(folder: str, dimension: str) -> Iterator[str]:
    """What is in the files of a folder, in their order, divided by a dimension, which is SQL."""
    for file in sorted((_SQL / folder).glob("*.sql")):
        yield file.read_text(encoding="utf-8").replace(":dimension", dimension)


def _complete(figures: Sequence[Figure]) -> list[Figure]:
    """All figures, each metric together and what is of all first; those of DORA also where there is no data."""
    told = {each.metric for each in figures if each.scope == ALL}
    missing = [Figure(metric, ALL, unit, 0) for metric, unit in METRICS.items() if metric not in told]
    order = list(dict.fromkeys([*METRICS, *(each.metric for each in figures)]))
    return sorted([*figures, *missing], key=lambda each: (order.index(each.metric), each.scope))


def _ask(engine: Engine, question: Question, production: Collection[str]) -> None:
    engine.run(PARAMETERS)
    engine.insert("parameters", [(question.since, question.until, question.zone, question.by is not None)])
    engine.insert("production", [(each,) for each in production])
    engine.insert("teams", list(question.teams.items()))


def _all(engine: Engine, folder: str, dimension: str) -> Iterator[Mapping[str, Any]]:
    for each in statements(folder, dimension):
        yield from engine.rows(each)
