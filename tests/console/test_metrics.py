"""The page of metrics: the numbers of the command, from the journal and a store, without anybody waiting for them."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

pytest.importorskip("duckdb", reason="needs the extra metrics")

from adapters.cdevents.heard import cdevents
from adapters.delivery import words
from adapters.delivery.measuring import Question, looks_productive
from adapters.delivery.report import Report
from adapters.delivery.stores import measured_of
from adapters.errors import TransientError
from adapters.store.parquet import EVENTS, LINKS, table, write
from adapters.store.rows import event_row, link_rows
from tests.console.stories import cdevent, heard, others, story
from tests.console.support import browsing, journal
from tests.console.test_deliveries import rows
from tests.delivery.services import history

HOSTILE = "<script>alert(1)</script>"
EVENTS_TOLD: list[dict[str, Any]] = [orjson.loads(line) for line in history(40).lines()]


async def shown(client: httpx.AsyncClient, query: str = "") -> str:
    """The page when its numbers are there."""
    for _ in range(120):
        answer = await client.get(f"/metrics?{query}")
        if "The numbers are being made." not in answer.text:
            return answer.text
    raise AssertionError("the report is never made")


def measured(**asked: Any) -> Report:
    """What the command would tell of the same events."""
    bodies = (orjson.dumps(each) for each in EVENTS_TOLD)
    report = measured_of(bodies, Question(is_production=looks_productive, **asked))
    assert report
    return report


@pytest.mark.parametrize("by", [None, "service"])
async def test_it_has_the_numbers_of_the_command(by: str | None, tmp_path: Path) -> None:
    """Each with how many events it is from, and what was left out."""
    config = others(tmp_path)
    async with journal(config, heard(EVENTS_TOLD)), browsing(config) as client:
        page = await shown(client, f"by={by or ''}")
    report = measured(by=by)
    told = rows(page)
    assert [list(row) for row in words.rows(report)] == told[-len(report.figures) :]
    assert f"from {report.figures[0].events:,}" in page
    for line in words.left_out(report):
        assert f"<li>{line}</li>" in page
    assert "Environments that count: production. Left out: staging." in page


async def test_its_plots_are_data_and_tables(tmp_path: Path) -> None:
    """What is drawn is in the page as data, and for who cannot see it as a table."""
    config = others(tmp_path)
    async with journal(config, heard(EVENTS_TOLD)), browsing(config) as client:
        page = await shown(client)
    drawn = [orjson.loads(found.replace("&#34;", '"')) for found in re.findall('data-plot="([^"]+)"', page)]
    report = measured()
    assert len(drawn) == len({each.series for each in report.series}) == page.count("<summary>As a table</summary>")
    deployments = [each.value for each in report.series if each.series == "deployments a week"]
    [line] = drawn[0]["lines"]
    assert (line["name"], [value for value in line["values"] if value]) == ("production", deployments)
    assert len(drawn[0]["weeks"]) == len(line["values"])


async def test_it_is_downloaded_in_each_form(tmp_path: Path) -> None:
    """With a name that says of which days it is; the same question, the same numbers."""
    config = others(tmp_path)
    async with journal(config, heard(EVENTS_TOLD)), browsing(config) as client:
        page = await shown(client, "by=service")
        links = re.findall(r'href="(/metrics/report\.[^"]+)"', page)
        files = {link.partition("?")[0]: await client.get(link.replace("&amp;", "&")) for link in links}
        assert (await client.get("/metrics/report.exe")).status_code == 404
    assert list(files) == [f"/metrics/report.{ending}" for ending in ("csv", "json", "md", "html")]
    report = measured(by="service")
    found = list(csv.DictReader(io.StringIO(files["/metrics/report.csv"].text)))
    assert len(found) == len(report.figures)
    assert json.loads(files["/metrics/report.json"].text)["by"] == "service"
    assert files["/metrics/report.md"].text.count("\n|") == len(report.figures) + 2
    assert "<svg" in files["/metrics/report.html"].text
    for ending, answer in files.items():
        name = f"delivery-{report.since:%Y-%m-%d}-to-{report.until:%Y-%m-%d}.{ending.rpartition('.')[2]}"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    ("query", "field", "problem"),
    [
        ("since=yesterday", "since", "expected a day, such as 2026-03-31"),
        ("until=2026-02-30", "until", "expected a day, such as 2026-03-31"),
        ("since=2026-03-02&until=2026-03-02", "until", "expected a day after 2026-03-02"),
        ("zone=Mars/Base", "zone", "expected a time zone&#39;s name, such as Europe/Berlin"),
        (f"zone={HOSTILE}", "zone", "expected a time zone"),
    ],
)
async def test_what_cannot_be_asked_is_told_at_its_field(query: str, field: str, problem: str, tmp_path: Path) -> None:
    """And is not measured."""
    config = others(tmp_path)
    async with journal(config), browsing(config) as client:
        answer = await client.get(f"/metrics?{query}")
        file = await client.get(f"/metrics/report.csv?{query}")
    assert answer.status_code == file.status_code == 400
    assert f'<small class="problem" id="{field}-problem">{problem}' in answer.text
    assert HOSTILE not in answer.text + file.text


async def test_no_data_is_no_number(tmp_path: Path) -> None:
    """Neither zero nor an error."""
    config = others(tmp_path)
    async with journal(config), browsing(config) as client:
        assert "There are no events yet." in await shown(client)
    one = [cdevent("x", "change.created", 0, "a~1")]
    async with journal(config, heard(one)), browsing(config) as client:
        page = await shown(client)
    assert page.count("not known") == page.count("from no data") == 5


async def test_which_environments_count_is_a_setting_and_a_field(tmp_path: Path) -> None:
    """Where environments are namespaces, none looks like production, and the page says what to do."""
    events = [
        cdevent(f"s{n}", "service.deployed", n, f"s{n}", environment={"id": f"ns-{n}"}, artifactId=f"pkg:generic/a@{n}")
        for n in range(3)
    ]
    config = others(tmp_path)
    async with journal(config, heard(events)), browsing(config) as client:
        assert "No environment looks like production" in await shown(client)
        assert "Environments that count: ns-1, ns-2." in await shown(client, "production=ns-1, ns-2")
    config = others(tmp_path, console={"production": ["ns-*"]})
    async with journal(config), browsing(config) as client:
        page = await shown(client)
        assert "Environments that count: ns-0, ns-1, ns-2." in page
        assert 'name="production" value="ns-*"' in page
        assert "Environments that count: ns-1." in await shown(client, "production=ns-1")


async def test_teams_are_those_of_the_setting(tmp_path: Path) -> None:
    """And what is wrong in their table is told where the numbers would be."""
    (tmp_path / "teams.csv").write_text("billing,money\n", encoding="utf-8")
    config = others(tmp_path, console={"teams": str(tmp_path / "teams.csv")})
    async with journal(config, heard(EVENTS_TOLD)), browsing(config) as client:
        assert ["deployment frequency", "money"] in [row[:2] for row in rows(await shown(client, "by=team"))]
        (tmp_path / "teams.csv").write_text("billing\n", encoding="utf-8")
        assert "expected a service or repository, and its team" in await shown(client, "by=service")
        (tmp_path / "teams.csv").unlink()
        assert "teams.csv" in await shown(client, "by=repository")


async def test_a_store_comes_before_the_journal(tmp_path: Path) -> None:
    """Which may be asked for; and a store that cannot be asked is no reason for other numbers."""
    sinks = {"kept": {"type": "parquet", "path": str(tmp_path / "kept")}}
    config = others(tmp_path, sinks=sinks, routes={"kept": {"format": "cdevents", "sink": "kept"}})
    one = [cdevent("x", "service.deployed", 0, "a", environment={"id": "live"}, artifactId="pkg:generic/a@1")]
    async with journal(config, heard(one)), browsing(config) as client:
        page = await shown(client)
        assert "There are no numbers now." in page
        assert "there are no files of Parquet in events/" in page
        assert "Environments that count: live." in await shown(client, "of=journal")
        told = [each for line in EVENTS_TOLD for each in cdevents(orjson.dumps(line), {})[0]]
        kept = [(event_row(each), each) for each in told]
        write(tmp_path / "kept" / EVENTS / "a.parquet", table(EVENTS, [row for row, _ in kept]))
        links = [link for row, each in kept for link in link_rows(each, row)]
        write(tmp_path / "kept" / LINKS / "a.parquet", table(LINKS, links))
        assert "Environments that count: production." in await shown(client)


async def test_nothing_of_what_tools_say_is_markup(tmp_path: Path) -> None:
    """Names of services and environments, in numbers and in plots."""
    live = f"live {HOSTILE}"
    event = cdevent("x", "service.deployed", 0, HOSTILE, environment={"id": live}, artifactId="pkg:generic/a@1")
    config = others(tmp_path)
    async with journal(config, heard([event])), browsing(config) as client:
        page = await shown(client, "by=service")
    assert "live &lt;script&gt;" in page
    assert HOSTILE not in page


async def test_no_page_waits_for_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one is made, its own page says so, and the others are there."""
    go = threading.Event()

    def slow(*_: Any) -> None:
        assert go.wait(60)

    monkeypatch.setattr("adapters.console.metrics.measured_of", slow)
    monkeypatch.setattr("adapters.console.metrics.PATIENCE", 0.01)
    config = others(tmp_path)
    async with journal(config, heard(story())), browsing(config) as client:
        try:
            assert "The numbers are being made." in (await client.get("/metrics")).text
            for path in ("/", "/chain?id=1234", "/deliveries", "/problems"):
                assert (await client.get(path)).status_code == 200
            part = await client.get("/metrics/report")
            assert 'hx-get="/metrics/report?' in part.text
        finally:
            go.set()
        assert "There are no events yet." in await shown(client)


async def test_a_failure_is_told_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next look asks anew."""

    def fail(*_: Any) -> None:
        raise TransientError("PostgreSQL at db cannot be used: connection refused")

    config = others(tmp_path)
    async with journal(config, heard(EVENTS_TOLD)), browsing(config) as client:
        with monkeypatch.context() as failing:
            failing.setattr("adapters.console.metrics.measured_of", fail)
            assert "connection refused" in await shown(client)
        assert "Environments that count: production." in await shown(client)
