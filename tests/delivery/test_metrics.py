"""Metrics of a history are those that it was made from, to the event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from pathlib import Path

import pytest

from adapters.cdevents.cloudevents import cdevents_message
from adapters.delivery.measuring import Question, looks_productive
from adapters.delivery.report import ALL, Report
from adapters.delivery.stores import measured
from adapters.model import Encoding, Message
from adapters.sinks.postgresql import PostgresqlSink
from adapters.sinks.store_settings import PostgresqlSettings
from adapters.store.migrating import migrate
from tests.delivery.history import Document, History
from tests.delivery.services import history
from tests.delivery.truth import Truth, percentile

Numbers = dict[tuple[str, str], tuple[float | int | None, ...]]


def told(report: Report) -> Numbers:
    """The numbers of a report by metric and scope."""
    return {
        (each.metric, each.scope): (each.events, each.value, each.p50, each.p75, each.p95) for each in report.figures
    }


def spans(values: Iterable[float]) -> tuple[float | int | None, ...]:
    """The figure of some spans."""
    values = list(values)
    return (len(values), None, *(percentile(values, share) for share in (0.5, 0.75, 0.95)))


def expected(truth: Truth, services: Iterable[str], scope: str) -> Numbers:
    """The metrics of DORA of some services together."""
    services = [each for each in services if truth.deployed[each]]
    daily = truth.daily(services)
    leads = [lead for each in services for lead in truth.leads[each]]
    recoveries = [time for each in services for time in truth.recoveries[each]]
    every = sum(daily)
    none = (None, None, None)
    figures = {
        ("deployment frequency", scope): (every, every / len(daily), *spans(daily)[2:]),
        ("change fail rate", scope): (every, sum(truth.failed[each] for each in services) / every, *none),
        ("deployment rework rate", scope): (every, sum(truth.rework[each] for each in services) / every, *none),
    }
    figures |= {("change lead time", scope): spans(leads)} if leads else {}
    return figures | ({("failed deployment recovery time", scope): spans(recoveries)} if recoveries else {})


def pipelines(truth: Truth) -> Numbers:
    """The health of pipelines, of all together."""
    ended = truth.outcomes["success"] + truth.outcomes["failure"]
    none = (None, None, None)
    return {
        ("review time", ALL): spans(truth.reviews),
        ("queue time", ALL): spans(truth.queues),
        ("run time", ALL): spans(truth.spans),
        ("success rate", ALL): (ended, truth.outcomes["success"] / ended, *none),
    }


def assert_true(report: Report, truth: Truth) -> None:
    """Each figure is the truth, and so is what was left out."""
    figures, services = told(report), list(truth.deployed)
    wanted = expected(truth, services, ALL) | pipelines(truth)
    for service in services:
        wanted |= expected(truth, [service], service)
    for key, numbers in wanted.items():
        assert figures[key] == pytest.approx(numbers), key
    dora = {"change lead time", "failed deployment recovery time", "change fail rate"}
    assert {key for key in figures if key[0] in dora} == {key for key in wanted if key[0] in dora}
    assert figures["flaky tests", ALL][1] == pytest.approx(len(truth.flaky) / len(truth.tests))
    left = {(each.metric, each.reason): each.events for each in report.left_out if each.scope == ALL}
    for (metric, reason), name in LEFT_OUT.items():
        assert left.get((metric, reason), 0) == truth.left_out[name], reason


LEFT_OUT = {
    ("deployment frequency", "rollbacks"): "rollbacks",
    ("deployment frequency", "retries of an artifact that had been rolled back"): "retries",
    ("change lead time", "deployments of which no merge is known"): "no merge known",
    ("change lead time", "merged after it was deployed, by the clocks"): "merged after it was deployed",
    ("change lead time", "merged and not deployed"): "merged and not deployed",
    ("failed deployment recovery time", "not recovered, or not told so"): "not recovered",
    ("queue time", "not told when it was queued, or started"): "queue time",
    ("run time", "not told when it started, or ended"): "run time",
    ("success rate", "cancelled"): "cancel",
}


def truthful(changes: int, seed: int) -> History:
    """A history, and in its truth what is counted by outcome."""
    made = history(changes, seed)
    made.truth.left_out["cancel"] = made.truth.outcomes["cancel"]
    return made


def of_files(made: History, folder: Path, question: Question) -> Report:
    """The report on a history in a file of lines."""
    file = folder / "events.jsonl"
    file.write_bytes(b"\n".join(made.lines()) + b"\n")
    report = measured([str(file)], None, question)
    assert report
    return report


async def of_database(made: History, url: str, question: Question) -> Report:
    """The report on a history in PostgreSQL."""
    migrate(url)
    sink = PostgresqlSink(PostgresqlSettings(type="postgresql", url=url))
    messages = [message(document) for document in made.told()]
    for batch in range(0, len(messages), 1000):
        await sink.publish(messages[batch : batch + 1000])
    await sink.aclose()
    report = measured([], url, question)
    assert report
    return report


def message(document: Document) -> Message:
    """A CDEvent as a route publishes it."""
    return cdevents_message(document, Encoding.STRUCTURED, {})


BY_SERVICE = Question(by="service", is_production=looks_productive)


def test_metrics_of_files_are_what_the_history_was_made_from(tmp_path: Path) -> None:
    """Duplicates, rollbacks, retries, cherry-picks, clusters, restarts and clocks change no number."""
    made = truthful(400, seed=1)
    report = of_files(made, tmp_path, BY_SERVICE)
    assert_true(report, made.truth)
    assert (report.production, report.others) == (["production"], ["staging"])


async def test_metrics_of_postgresql_are_what_the_history_was_made_from(url: str) -> None:
    """The same SQL, another engine, the same numbers."""
    made = truthful(400, seed=2)
    assert_true(await of_database(made, url, BY_SERVICE), made.truth)


@pytest.mark.parametrize("by", ["service", "environment", "team", "repository", None])
async def test_both_engines_tell_the_same(tmp_path: Path, url: str, by: str | None) -> None:
    """Figure by figure, whatever they are divided by; of what is told again a database knows nothing."""
    question = Question(by=by, zone="Europe/Berlin", teams={"billing": "money", "team/search": "find"})
    made = truthful(90, seed=3)
    files, database = of_files(made, tmp_path, question), await of_database(made, url, question)
    assert told(files).keys() == told(database).keys()
    for key, numbers in told(files).items():
        assert numbers == pytest.approx(told(database)[key]), key
    again = "events told again"
    assert {each for each in files.left_out if each.reason != again} == set(database.left_out)
    series = [{each[:-1]: each[-1] for each in map(astuple, report.series)} for report in (files, database)]
    assert len(series[0]) > 10
    assert series[0] == pytest.approx(series[1])


@pytest.mark.slow
async def test_metrics_of_years_are_true_in_both_engines(tmp_path: Path, url: str) -> None:
    """20,000 changes of several services."""
    made = truthful(20_000, seed=4)
    assert_true(of_files(made, tmp_path, BY_SERVICE), made.truth)
    assert_true(await of_database(made, url, BY_SERVICE), made.truth)
