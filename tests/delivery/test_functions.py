"""The functions of the store: what a dashboard asks, and what `metrics` says, is one."""

from __future__ import annotations

from datetime import datetime
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.delivery.measuring import DIMENSIONS, Question, chosen, looks_productive
from adapters.delivery.stores import measured
from tests.brokers import Server
from tests.cli.support import invoke
from tests.delivery.services import history
from tests.postgresql import MADE, database

psycopg = pytest.importorskip("psycopg", reason="needs the extra postgresql")

from tests.delivery.seeding import seeded  # noqa: E402 - after the check for the extra

DAYS = Question(datetime(2026, 2, 1), datetime(2026, 3, 1))


@pytest.fixture(scope="module")
def store(server: Server) -> str:
    """The URL of a database with a history in it, and the functions."""
    return seeded(database(server), history(300, seed=5))


def asked(url: str, function: str, *arguments: object) -> list[tuple[Any, ...]]:
    """What a function gives, in the order that its values have."""
    places = ", ".join("%s" for _ in arguments)
    with psycopg.connect(url) as connection:
        found = connection.execute(f"select * from cdevents.{function}({places})", arguments).fetchall()
    return sorted(found, key=repr)


def rounded(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Numbers to twelve places: how they are summed up may differ in the last ones."""
    return sorted(
        (tuple(round(each, 12) if isinstance(each, float) else each for each in row) for row in rows), key=repr
    )


@pytest.mark.parametrize(("by", "zone"), list(zip(["", *DIMENSIONS], cycle(["UTC", "Asia/Kolkata"]), strict=False)))
def test_they_say_what_metrics_says(store: str, by: str, zone: str) -> None:
    """Figures, what is left out, and series, of the same days."""
    question = Question(DAYS.since, DAYS.until, zone, by or None, looks_productive)
    report = measured([], store, question)
    assert report
    times = (f"2026-02-01 00:00 {zone}", f"2026-03-01 00:00 {zone}", zone, by)
    figures = [
        (each.metric, each.scope, each.unit, each.events, each.value, each.p50, each.p75, each.p95)
        for each in report.figures
        if each.events
    ]
    assert rounded(asked(store, "figures", *times)) == rounded(figures)
    left = [(each.metric, each.scope, each.reason, each.events) for each in report.left_out]
    assert rounded(asked(store, "left_out", *times)) == rounded(left)
    series = [(each.series, each.name, each.unit, each.period, each.value) for each in report.series]
    assert rounded(asked(store, "series", *times)) == rounded(series)


def test_environments_are_those_that_are_named(store: str) -> None:
    """Just an empty name is none."""
    times = ("2026-02-01", "2026-03-01", "UTC", "")
    report = measured([], store, Question(DAYS.since, DAYS.until, is_production=chosen(["staging"])))
    assert report
    [frequency] = [each for each in report.figures if each.metric == "deployment frequency"]
    named = {row[0]: row for row in asked(store, "figures", *times, ["staging"])}
    assert named["deployment frequency"][3:5] == (frequency.events, frequency.value)
    assert asked(store, "figures", *times, [""]) == asked(store, "figures", *times)


def test_days_are_whole(store: str) -> None:
    """A dashboard asks from now, and until now: the days of both are counted."""
    assert asked(store, "figures", "2026-02-01 14:05 UTC", "2026-02-28 09:30 UTC") == asked(
        store, "figures", "2026-02-01 UTC", "2026-03-01 UTC"
    )


def test_they_can_be_asked_again_and_leave_nothing(store: str) -> None:
    """In one transaction, side by side, and by who may only read and make temporary tables."""
    count = "select count(*) from cdevents.figures('2026-02-01', '2026-03-01')"
    with psycopg.connect(store) as connection:
        connection.execute("create role reader")
        connection.execute("grant usage on schema cdevents to reader")
        connection.execute("grant select on all tables in schema cdevents to reader")
        connection.execute("set role reader")
        rows = connection.execute(f"{count} union all {count} union all {count}").fetchall()
        assert len(set(rows)) == 1
        assert rows[0][0]
        left = connection.execute("select relname from pg_class where relpersistence = 't' and relkind = 'r'")
        assert left.fetchall() == []
        connection.rollback()


def test_an_empty_store_has_no_figures(server: Server) -> None:
    """And no error; the command makes the functions, and makes them again."""
    url = database(server)
    for told in (MADE, "up to date\n"):
        assert invoke("store", "migrate", url).stdout == told
    assert [asked(url, each, "2026-02-01", "2026-03-01") for each in ("figures", "left_out", "series")] == [[], [], []]


WORDS = st.sampled_from(["prod", "live", "pre", "no", "PRD", "x", "1", "-", "_", "production", "É"])


@given(st.lists(WORDS).map("".join))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_production_looks_the_same_to_both(store: str, name: str) -> None:
    """By the words of a name."""
    assert asked(store, "looks_productive", name) == [(looks_productive(name),)]
