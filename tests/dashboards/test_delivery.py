"""The dashboard of delivery, asked of a real PostgreSQL with a history in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.delivery.measuring import DIMENSIONS, Question, looks_productive
from adapters.delivery.report import Report
from adapters.delivery.stores import measured
from tests.dashboards import grafana
from tests.delivery.services import history
from tests.postgresql import database, postgresql

psycopg = pytest.importorskip("psycopg", reason="needs the extra postgresql")

from psycopg.rows import dict_row  # noqa: E402 - after the check for the extra

from tests.delivery.seeding import seeded  # noqa: E402

BOARD = grafana.dashboard("delivery")
PANELS = grafana.panels(BOARD)
SHOWN = grafana.Range(datetime(2026, 1, 6, 9, 30, tzinfo=UTC), datetime(2026, 3, 20, 17, 45, tzinfo=UTC))
DAYS = (datetime(2026, 1, 6), datetime(2026, 3, 21))
"""The days of what is shown."""

RIGHTS = """
create role grafana login;
grant usage on schema cdevents to grafana;
grant select on all tables in schema cdevents to grafana;
"""


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The URL of a database with a history in it, which a user of Grafana may read."""
    with postgresql() as server:
        url = seeded(database(server), history(300, seed=7))
        with psycopg.connect(url) as connection:
            connection.execute(RIGHTS)
        yield url


def asked(store: str, sql: str, **variables: Any) -> list[dict[str, Any]]:
    """What a query gives Grafana, with these variables chosen."""
    url = store.replace("postgres@", "grafana@")
    with psycopg.connect(url, row_factory=dict_row, autocommit=True) as connection:
        found: list[dict[str, Any]] = connection.execute(
            SHOWN.sql(sql, grafana.chosen(BOARD) | variables).encode()
        ).fetchall()
        return found


@pytest.fixture(scope="module")
def report(store: str) -> Report:
    """What `metrics --store --by service` says of the same days."""
    found = measured([], store, Question(*DAYS, by="service", is_production=looks_productive))
    assert found
    return found


@pytest.mark.parametrize("place", PANELS)
def test_each_panel_shows_something(store: str, place: str) -> None:
    """In the form that its kind of panel wants, and no column of it is empty."""
    [target] = PANELS[place]["targets"]
    rows = asked(store, target["rawSql"])
    assert rows
    assert {name for row in rows for name, value in row.items() if value is not None} == rows[0].keys()
    if target["format"] == "time_series":
        assert rows[0].keys() == {"time", "metric", "value"}


STATS = {
    "deployments a day": ("deployment frequency", "value"),
    "change lead time, median": ("change lead time", "p50"),
    "recovery time, median": ("failed deployment recovery time", "p50"),
    "change fail rate": ("change fail rate", "value"),
    "rework rate": ("deployment rework rate", "value"),
    "queue time, median": ("queue time", "p50"),
    "queue time, p95": ("queue time", "p95"),
    "run time, median": ("run time", "p50"),
    "run time, p95": ("run time", "p95"),
    "success rate": ("success rate", "value"),
    "flaky tests": ("flaky tests", "value"),
    "review time, median": ("review time", "p50"),
}
STAT_PANELS = ("Delivery: The five metrics of DORA", "Pipelines: The health of pipelines")


def test_its_numbers_are_those_of_metrics(store: str, report: Report) -> None:
    """Of all together, and of each service that is chosen; a number that is not known is none."""
    figures = {(each.metric, each.scope): each for each in report.figures}
    for scope in {each.scope for each in report.figures if each.metric == "deployment frequency"}:
        found: dict[str, Any] = {}
        for place in STAT_PANELS:
            [row] = asked(store, PANELS[place]["targets"][0]["rawSql"], scope=scope)
            found |= row
        wanted = {
            name: getattr(figures[key, scope], which) if (key, scope) in figures else None
            for name, (key, which) in STATS.items()
        }
        assert found == pytest.approx(wanted)


def test_its_tables_are_those_of_metrics(store: str, report: Report) -> None:
    """Each figure with from how many events it is, and all that is left out."""
    rows = asked(store, PANELS["Side by side: Every figure, and from how many events it is"]["targets"][0]["rawSql"])
    wanted = {(each.metric, each.scope or "all"): (each.events, each.p50) for each in report.figures if each.events}
    assert {(row["metric"], row["of"]): (row["events"], row["p50"]) for row in rows} == wanted
    rows = asked(store, PANELS["Side by side: What was left out, and why"]["targets"][0]["rawSql"])
    left = {(each.metric, each.scope or "all", each.reason, each.events) for each in report.left_out}
    assert {tuple(row.values()) for row in rows} == left


def test_its_series_are_those_of_the_report(store: str, report: Report) -> None:
    """Each of them has a panel, and starts its weeks where the report does."""
    found: dict[str, set[Any]] = {}
    for panel in PANELS.values():
        if "cdevents.series" in (sql := panel["targets"][0]["rawSql"]):
            rows = asked(store, sql)
            found[panel["title"]] = {(row["time"].replace(tzinfo=None), row["metric"], row["value"]) for row in rows}
    wanted: dict[str, set[Any]] = {}
    for each in report.series:
        title = each.series[0].upper() + each.series[1:]
        wanted.setdefault(title, set()).add((each.period, each.name, each.value))
    assert found == wanted


def test_its_variables_have_values(store: str) -> None:
    """Divided by anything that `metrics` can divide by; the first is what is chosen when it is opened."""
    variables = {each["name"]: each for each in BOARD["templating"]["list"]}
    assert set(variables["by"]["query"].split(",")) == DIMENSIONS.keys()
    for by in DIMENSIONS:
        first, *others = asked(store, variables["scope"]["query"], by=by)
        assert (first, len(others) > 0) == ({"__value": "", "__text": "all"}, True)
    first, *others = asked(store, variables["environment"]["query"])
    assert [first["__value"]] == variables["environment"]["current"]["value"]
    assert {each["__value"] for each in others} == {"production", "staging"}


@pytest.mark.parametrize("by", DIMENSIONS)
def test_what_is_chosen_divides_and_chooses(store: str, by: str) -> None:
    """Every value that can be chosen, and a name that would end a text of SQL."""
    [what_runs] = [each for place, each in PANELS.items() if place.endswith("What runs where")]
    all_ = asked(store, what_runs["targets"][0]["rawSql"], by=by)
    nothing = asked(store, what_runs["targets"][0]["rawSql"], by=by, scope="' or true --")
    assert (len(all_) > 0, nothing) == (True, [])
    if by in {"service", "environment"}:
        one = asked(store, what_runs["targets"][0]["rawSql"], by=by, scope=all_[0][by])
        assert {row[by] for row in one} == {all_[0][by]}
    staging = asked(store, PANELS[STAT_PANELS[0]]["targets"][0]["rawSql"], by=by, environment=["staging", "x'y"])
    assert staging[0]["deployments a day"]
