"""The command, from files and stores to each form of a report."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from adapters.cli import main
from adapters.cli.exits import Exit
from adapters.journal import Journal
from adapters.model import Notification
from tests.delivery.services import history

pytest.importorskip("duckdb", reason="needs the extra metrics")

DORA = [
    "change lead time",
    "deployment frequency",
    "failed deployment recovery time",
    "change fail rate",
    "deployment rework rate",
]

CONFIG = """
journal: {path: FOLDER/journal.db}
sources: {others: {type: webhook, path: /others, cdevents: true}}
sinks: {call: {type: http-call, url: "http://127.0.0.1:1/", done: FOLDER/done.db}}
routes: {call: {format: cdevents, sink: call}}
"""


def metrics(*arguments: object) -> Result:
    """What the command says."""
    return CliRunner().invoke(main, ["metrics", *map(str, arguments)])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history in a file."""
    file = tmp_path_factory.mktemp("history") / "events.jsonl"
    file.write_bytes(b"\n".join(history(60).lines()) + b"\n")
    return file


def event(id_: str, name: str, day: int, subject: str = "shop", **content: Any) -> dict[str, Any]:
    """A CDEvent at noon of a day in March."""
    context = {"specversion": "0.5.1", "id": id_, "source": "s", "type": f"dev.cdevents.{name}.0.3.0"}
    context["timestamp"] = f"2026-03-{day:02}T12:00:00Z"
    return {"context": context, "subject": {"id": subject, "content": content}}


def deployed(number: int, day: int, environment: str = "production") -> dict[str, Any]:
    """A deployment of the shop."""
    artifact = f"pkg:generic/shop@{number}"
    return event(
        f"{environment}-{number}", "service.deployed", day, environment={"id": environment}, artifactId=artifact
    )


def written(folder: Path, *events: dict[str, Any]) -> Path:
    """A file of events."""
    file = folder / "events.jsonl"
    file.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in events))
    return file


def figures(*arguments: object) -> dict[tuple[str, str], dict[str, Any]]:
    """The figures of a report in JSON, by metric and scope."""
    result = metrics(*arguments, "--format", "json")
    assert result.exit_code == Exit.FINE, result.output
    return {(each["metric"], each["scope"]): each for each in orjson.loads(result.output)["figures"]}


def test_a_table_tells_each_number_with_its_basis(file: Path) -> None:
    """And below them what was left out, the days, and the environments."""
    output = metrics(file).output
    assert output.startswith("2026-01-05 to before 2026-0")
    assert "Environments of deployments and incidents: production; left out: staging." in output
    rows = [line.split("  ")[0] for line in output.splitlines()]
    assert rows[2:8] == ["metric", *DORA]
    assert "  deployment frequency: " in output.partition("Left out:")[2]


def test_names_command_no_terminal(tmp_path: Path) -> None:
    """What events call a service is shown as it is, without what a terminal or a table would obey."""
    name = "[red]shop\x1b[2J"
    shown = event("x", "service.deployed", 2, name, environment={"id": "live"}, artifactId="pkg:generic/a@1")
    output = metrics(written(tmp_path, shown), "--by", "service").output
    assert "[red]shop\\x1b[2J" in output
    assert "\x1b" not in output


def test_csv_has_plain_numbers(file: Path) -> None:
    """Seconds, shares from 0 to 1, and nothing for what is not known."""
    rows = list(csv.DictReader(io.StringIO(metrics(file, "-f", "csv", "--by", "service").output)))
    rate = next(row for row in rows if (row["metric"], row["scope"]) == ("change fail rate", ""))
    assert 0 < float(rate["value"]) < 1
    assert rate["p50"] == ""
    assert {row["scope"] for row in rows} >= {"", "billing", "catalog", "search"}


def test_markdown_is_a_table(file: Path) -> None:
    """Each row has the cells of the header."""
    lines = [line for line in metrics(file, "-f", "markdown").output.splitlines() if line.startswith("|")]
    assert lines[0] == "| metric | of | value | p50 | p75 | p95 | from |"
    assert {line.count(" |") for line in lines} == {7}


def test_a_report_goes_into_a_file(file: Path, tmp_path: Path) -> None:
    """And nothing to standard output."""
    assert metrics(file, "-f", "json", "-o", tmp_path / "report.json").output == ""
    assert orjson.loads((tmp_path / "report.json").read_bytes())["zone"] == "UTC"


def test_no_data_is_no_number(tmp_path: Path) -> None:
    """The five metrics are told, of nothing, and not as zero."""
    found = figures(written(tmp_path, event("r", "repository.created", 1)))
    assert [found[metric, ""]["events"] for metric in DORA] == [0] * 5
    assert {found[metric, ""][number] for metric in DORA for number in ("value", "p50", "p75", "p95")} == {None}
    assert metrics(tmp_path / "events.jsonl").output.count("no data") == 5


def test_nothing_at_all_is_told(tmp_path: Path) -> None:
    """A file without events is no report."""
    result = metrics(written(tmp_path))
    assert (result.exit_code, result.output) == (Exit.PROBLEMS, "there are no events in what was named\n")


async def test_it_reads_the_journal(tmp_path: Path) -> None:
    """Without files and a store, it measures what the journal holds, by the mapping of today; each event once."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.replace("FOLDER", str(tmp_path)), encoding="utf-8")
    result = metrics("--config", config)
    assert result.output == f"{tmp_path}/journal.db: there is no journal (name files of events)\n"
    assert result.exit_code == Exit.USAGE
    journal = Journal(tmp_path / "journal.db", max_bytes=1 << 30)
    told = [deployed(1, 1), deployed(2, 3), deployed(2, 3), deployed(1, 2, "staging")]
    heard = datetime(2026, 3, 9, tzinfo=UTC)
    await journal.append([Notification("others", orjson.dumps(each), heard) for each in told])
    await journal.aclose()
    assert figures("--config", config)["deployment frequency", ""]["events"] == 2


def test_what_is_left_out_is_told_by_scope(tmp_path: Path) -> None:
    """In the forms for people, where it is asked for, and the scopes are few."""
    file = written(tmp_path, deployed(1, 1), deployed(2, 2))
    line = "change lead time: 2 deployments of which no merge is known"
    for form in ("table", "markdown", "html"):
        assert f"{line} (shop 2)\n" in metrics(file, "-f", form, "--by", "service").output.replace("</li>", "")
        assert f"{line}\n" in metrics(file, "-f", form).output.replace("</li>", "")
    many = [event(f"d{n}", "service.deployed", 2, f"s{n}", **deployed(n, 2)["subject"]["content"]) for n in range(7)]
    assert f"{line.replace('2', '7')}\n" in metrics(written(tmp_path, *many), "--by", "service").output


def test_without_incidents_and_rollbacks_the_fail_rate_is_not_known(tmp_path: Path) -> None:
    """That nobody told of any does not say that there were none."""
    found = figures(written(tmp_path, deployed(1, 1), deployed(2, 3)))
    assert [found[metric, ""]["value"] for metric in ("change fail rate", "deployment rework rate")] == [None, None]
    assert found["change fail rate", ""]["events"] == 2
    with_one = written(
        tmp_path,
        deployed(1, 1),
        deployed(2, 3),
        event("x", "service.rolledback", 4, **deployed(1, 4)["subject"]["content"]),
    )
    assert figures(with_one)["change fail rate", ""]["value"] == 0.5


def test_days_without_deployments_count(tmp_path: Path) -> None:
    """Two deployments in ten days are 0.2 a day, and none on most days."""
    file = written(tmp_path, deployed(1, 2), deployed(2, 2))
    found = figures(file, "--since", "2026-03-01", "--until", "2026-03-11")["deployment frequency", ""]
    assert (found["value"], found["p50"], found["p95"], found["events"]) == pytest.approx((0.2, 0, 1.1, 2))


def test_only_the_days_that_are_asked_for(tmp_path: Path) -> None:
    """But what ran before them is known: what is told again is no deployment."""
    file = written(tmp_path, deployed(1, 2), deployed(1, 5) | {"customData": {}}, deployed(2, 6), deployed(3, 9))
    assert figures(file, "--since", "2026-03-05", "--until", "2026-03-09")["deployment frequency", ""]["events"] == 1


@pytest.mark.parametrize(
    ("names", "production"),
    [
        (["prod-eu", "pre-prod", "nonprod", "live", "staging"], ["live", "prod-eu"]),
        (["PRODUCTION/shop", "non-production", "products"], ["PRODUCTION/shop"]),
    ],
)
def test_production_is_known_by_its_name(tmp_path: Path, names: list[str], production: list[str]) -> None:
    """Unless it is said which it is."""
    file = written(tmp_path, *(deployed(number, 2, name) for number, name in enumerate(names)))
    report = orjson.loads(metrics(file, "-f", "json").output)
    assert (report["production"], report["others"]) == (production, sorted(set(names) - set(production)))
    chosen = orjson.loads(metrics(file, "-f", "json", "--environment", "*pro*", "--environment", names[0]).output)
    assert set(chosen["production"]) == {name for name in names if "pro" in name} | {names[0]}


def test_teams_are_of_services_and_repositories(tmp_path: Path) -> None:
    """From a table beside the events; a bad line of it is told by its place."""
    table = tmp_path / "teams.csv"
    table.write_text("shop,till\n", encoding="utf-8")
    found = figures(written(tmp_path, deployed(1, 2)), "--by", "team", "--teams", table)
    assert found["deployment frequency", "till"]["events"] == 1
    table.write_text("shop,till\nshop\n", encoding="utf-8")
    result = metrics(tmp_path / "events.jsonl", "--teams", table)
    assert result.exit_code == Exit.USAGE
    assert result.output.startswith(f"{table}:2: expected a service or repository, and its team")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["x", "--store", "y"], "name either files of events or a --store"),
        (["--config", "missing.yaml"], "missing.yaml"),
        (["missing.jsonl"], "missing.jsonl: there is no such file or folder"),
        (["--store", "nowhere"], "nowhere: there are no files of Parquet in events/"),
        (["x", "--zone", "Mars/Base"], "expected a time zone's name"),
    ],
)
def test_what_cannot_be_measured_is_told(arguments: list[str], problem: str) -> None:
    """In one line, by what the user wrote."""
    result = metrics(*arguments)
    assert result.exit_code == Exit.USAGE
    assert problem in result.output
