"""`replay`: what is published, what is told, and what is refused before anything begins."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.journal import Journal
from adapters.model import Notification
from tests.cli.support import command, environment, process
from tests.service import INSTANCE, build

CONFIG = f"""
sources:
  jenkins: {{type: webhook, path: /jenkins, instance: "{INSTANCE}", mapping: jenkins/notification}}
  gerrit: {{type: webhook, path: /gerrit, instance: "https://gerrit.example.com/", mapping: gerrit/events}}
sinks:
  file: {{type: file, path: events.jsonl}}
  call: {{type: http-call, url: "http://127.0.0.1:1/", done: done.db}}
routes:
  legacy: {{format: legacy, sink: file}}
  builds: {{format: cdevents, sink: file, sources: [jenkins]}}
  calls: {{format: cdevents, sink: call}}
"""
ALONE = ("--mapping", "jenkins/notification", "--instance", INSTANCE)
CONFIGURED = ("--config", "config.yaml", "--source", "jenkins")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration, and with a history of ten builds."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "history.ndjson").write_bytes(b"\n".join(map(build, range(10))))
    return tmp_path


@pytest.mark.parametrize("options", [(*ALONE, "--output", "events.jsonl"), CONFIGURED], ids=["mapping", "config"])
def test_history_becomes_events(folder: Path, options: tuple[str, ...]) -> None:
    """With a configuration or without; what was published is told by type, and the exit code is 0.

    The only route that publishes CDEvents is meant where none is named, and never one that acts on them.
    """
    result = process(folder, "replay", *options, "history.ndjson")
    assert (result.returncode, result.stdout) == (0, b"")
    said = result.stderr.decode().split("\n")
    assert said[0].split() == ["10", "dev.cdevents.pipelinerun.finished.0.3.0"]
    assert said[1] == "10 records read, 10 events published, 0 parked"
    events = [orjson.loads(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]
    assert [event["subject"] for event in events] == [f"job/load/{number}/" for number in range(10)]


def test_without_a_place_for_them_events_go_to_standard_output(folder: Path) -> None:
    """One a line, and nothing else among them."""
    result = process(folder, "replay", *ALONE, "history.ndjson")
    assert len([orjson.loads(line) for line in result.stdout.splitlines()]) == 10


def test_a_dry_run_publishes_nothing(folder: Path) -> None:
    """It tells what would be."""
    result = process(folder, "replay", *CONFIGURED, "--dry-run", "history.ndjson")
    assert b"10 events would be published" in result.stderr
    assert not (folder / "events.jsonl").exists()


def test_what_is_parked_is_told_and_is_a_problem(folder: Path) -> None:
    """The exit code says so, and the last line where it is and why."""
    (folder / "history.ndjson").write_bytes(build(1) + b"\n{broken\n")
    result = process(folder, "replay", *CONFIGURED, "--state", "state.json", "history.ndjson")
    assert result.returncode == 1
    assert b"2 records read, 1 events published, 1 parked" in result.stderr
    [letters] = folder.glob("state*.dead-letters.jsonl")
    assert orjson.loads(letters.read_bytes())["where"] == "history.ndjson:2"


def test_what_is_done_is_not_done_again(folder: Path) -> None:
    """Where a checkpoint is named, it says so, and ends alike, until one starts over; a dry run does nothing."""
    named = (*CONFIGURED, "--state", "state.json", "history.ndjson")
    (folder / "history.ndjson").write_bytes(build(1) + b"\n{broken\n")
    runs = [process(folder, "replay", *options, *named) for options in (("--dry-run",), (), ())]
    (folder / "events.jsonl").rename(folder / "first.jsonl")
    runs.append(process(folder, "replay", "--fresh", *named))
    assert [each.returncode for each in runs] == [1] * 4
    assert b"state.json says that all of it is done already: --fresh starts over" in runs[2].stderr
    assert b"2 records read, 0 events published, 1 parked" in runs[2].stderr
    assert (folder / "events.jsonl").read_bytes() == (folder / "first.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--config", "config.yaml"), "say which: jenkins, gerrit"),
        (("--config", "config.yaml", "--source", "jenkin"), "there is no 'jenkin': jenkins, gerrit"),
        (("--config", "config.yaml", "--source", "gerrit"), "the route builds is of jenkins"),
        ((*CONFIGURED, "--route", "none"), "there is no 'none': legacy, builds, calls"),
        ((*CONFIGURED, "--route", "legacy", "--since", "2026-01-01"), "only CDEvents have a time of their own"),
        ((*CONFIGURED, "--since", "yesterday"), "expected a time such as 2026-03-01"),
        ((*ALONE, "-o", "."), ". is a folder: name a file"),
        ((*ALONE, "-o", "history.ndjson/e.jsonl"), "history.ndjson is no folder"),
        ((*ALONE, "-o", "/proc/none/e.jsonl"), "/proc is not for this user to write"),
        ((*CONFIGURED, "--shard", "2/2"), "'2/2' is not I/N with I from 0 to N-1"),
    ],
)
def test_a_mistake_in_the_command_is_told(folder: Path, options: tuple[str, ...], reason: str) -> None:
    """Nothing is published, and the exit code is that of every usage error."""
    result = process(folder, "replay", *options, "history.ndjson")
    told = " ".join(result.stderr.decode().replace("│", " ").split())
    assert result.returncode == 2
    assert reason in told
    assert "Traceback" not in told
    assert not (folder / "events.jsonl").exists()


def test_an_archive_that_is_not_there_is_told(folder: Path) -> None:
    """By its name, without a traceback."""
    result = process(folder, "replay", *CONFIGURED, "nothing/*.log")
    assert result.returncode != 0
    assert b"nothing/*.log" in result.stderr
    assert b"Traceback" not in result.stderr


def told(result: Any) -> str:
    """What a command said on stderr, without the frame around it."""
    return " ".join(result.stderr.decode().replace("│", " ").split())


def test_by_a_mapping_it_wants_to_know_the_tool(folder: Path) -> None:
    """Under the URL of the examples, every id would be of a tool that there is not; a dry run may have it."""
    result = process(folder, "replay", "--mapping", "jenkins/notification", "-o", "events.jsonl", "history.ndjson")
    assert result.returncode == 2
    assert "say which tool the history is of, by its URL (the mapping's examples have" in told(result)
    assert not (folder / "events.jsonl").exists()
    tried = process(folder, "replay", "--mapping", "jenkins/notification", "--dry-run", "history.ndjson")
    assert "10 events would be published" in told(tried)
    wrong = process(folder, "replay", "--mapping", "jenkins/notification", "--instance", "jenkins", "history.ndjson")
    assert (wrong.returncode, "absolute URL" in told(wrong)) == (2, True)


def test_each_job_says_that_it_adds_to_its_own_file(folder: Path) -> None:
    """And none of a file that no job writes to."""
    for name in ("events.jsonl", "events-2of2.jsonl"):
        (folder / name).write_bytes(b"{}\n")
    said = told(process(folder, "replay", *ALONE, "-o", "events.jsonl", "--jobs", "2", "history.ndjson"))
    assert said.startswith("events-2of2.jsonl is there already: events are added at its end")
    assert said.count("is there already") == 1


def test_it_says_that_it_adds_to_a_file(folder: Path) -> None:
    """Nothing that was there is lost, and nobody is surprised to find it before what is new."""
    (folder / "events.jsonl").write_bytes(b"{}\n")
    result = process(folder, "replay", *ALONE, "-o", "events.jsonl", "history.ndjson")
    assert "events.jsonl is there already: events are added at its end" in told(result)
    assert len((folder / "events.jsonl").read_bytes().splitlines()) == 11


def test_variables_are_those_of_the_command(folder: Path) -> None:
    """By a mapping alone, and over those of a configuration; one that the mapping does not have is told."""
    mapping = folder / "mapping.yaml"
    mapping.write_text(MAPPING)
    own = ("--mapping", "mapping.yaml", "--instance", INSTANCE)
    for options in (own, ("--config", "config.yaml", "--source", "jenkins", "--mapping", "mapping.yaml")):
        result = process(folder, "replay", *options, "--set", "name=shop", "-o", "out.jsonl", "history.ndjson")
        assert result.returncode == 0, told(result)
    for name in ("out.jsonl", "events.jsonl"):
        lines = [orjson.loads(line) for line in (folder / name).read_bytes().splitlines()]
        assert {event["data"]["subject"]["content"]["pipelineName"] for event in lines} == {"shop"}
    wrong = process(folder, "replay", *own, "--set", "nam=shop", "history.ndjson")
    assert (wrong.returncode, "the mapping has no variable 'nam' (did you mean 'name'?)" in told(wrong)) == (2, True)


MAPPING = """
cdevents: 0.5.1
variables: {name: none}
rules:
  run: {emit: pipelinerun.queued, id: [url], subject: {id: "${url}", content: {pipelineName: "${$name}"}}}
"""


OTHER = b'{"name": "x", "build": {"phase": "DREAMT", "number": 1}}'


def test_what_makes_no_event_is_told_by_mapping(folder: Path) -> None:
    """What is ignored, what no rule covers, and what the times leave out; that much else was known is fine."""
    (folder / "history.ndjson").write_bytes(b"\n".join([*map(build, range(3)), OTHER]))
    result = process(folder, "replay", *CONFIGURED, "--since", "2099-01-01", "history.ndjson")
    assert result.returncode == 0
    assert "4 records read, 0 events published, 0 parked" in told(result)
    assert "jenkins/notification: 0 ignored, 1 covered by no rule, 3 events left out" in told(result)


@pytest.mark.parametrize("jobs", [1, 2])
def test_where_nothing_was_known_is_a_problem(folder: Path, jobs: int) -> None:
    """Exit 1, also of several processes: the wrong mapping, most likely. Not of a share, nor of nothing."""
    (folder / "history.ndjson").write_bytes(b"\n".join([OTHER] * 4))
    result = process(folder, "replay", *CONFIGURED, "--jobs", jobs, "history.ndjson")
    assert result.returncode == 1
    assert "jenkins/notification: 0 ignored, 4 covered by no rule, 0 events left out" in told(result)
    assert "nothing of what was read is known to the mapping" in told(result)
    assert process(folder, "replay", *CONFIGURED, "--shard", "0/2", "history.ndjson").returncode == 0
    (folder / "history.ndjson").write_bytes(b"")
    assert process(folder, "replay", *CONFIGURED, "history.ndjson").returncode == 0


async def kept(folder: Path, **heard: bytes) -> None:
    """A journal with a notification of each source."""
    journal = Journal(folder / "journal.db", max_bytes=1 << 30, routes=())
    for source, body in heard.items():
        await journal.append([Notification(source, body, datetime(2026, 1, 1, tzinfo=UTC), {}, "")])
    await journal.aclose()


async def test_a_journal_is_replayed_by_a_mapping(folder: Path) -> None:
    """What one of its sources has heard becomes the events that it would have become live."""
    await kept(folder, jenkins=build(7), gerrit=b'{"type": "ref-updated"}')
    result = process(folder, "replay", *ALONE, "-o", "events.jsonl", "journal.db")
    assert (result.returncode, "say which of the journal's: gerrit, jenkins" in told(result)) == (2, True)
    result = process(folder, "replay", *ALONE, "--source", "jenkin", "-o", "events.jsonl", "journal.db")
    assert "there is no 'jenkin' in the journal: gerrit, jenkins" in told(result)
    result = process(folder, "replay", *ALONE, "--source", "jenkins", "-o", "events.jsonl", "journal.db")
    assert "1 records read, 1 events published, 0 parked" in told(result)
    from_lines = folder / "history.ndjson"
    from_lines.write_bytes(build(7))
    assert process(folder, "replay", *ALONE, "-o", "lines.jsonl", "history.ndjson").returncode == 0
    assert (folder / "events.jsonl").read_bytes() == (folder / "lines.jsonl").read_bytes()


async def test_the_only_source_of_a_journal_is_meant(folder: Path) -> None:
    """Nobody has to know what it was called."""
    await kept(folder, builds=build(7))
    result = process(folder, "replay", *ALONE, "journal.db")
    assert len(result.stdout.splitlines()) == 1, told(result)


def test_it_logs_as_the_service_does(folder: Path) -> None:
    """In the format of the configuration, so that who reads the service's log can read this one."""
    config = (folder / "config.yaml").read_text() + "log: {format: json}\n"
    (folder / "config.yaml").write_text(config.replace("path: events.jsonl", "path: /proc/nowhere/events.jsonl"))
    words = command("replay", *CONFIGURED, "history.ndjson")
    with subprocess.Popen(words, cwd=folder, env=environment(), stderr=subprocess.PIPE) as running:
        assert running.stderr is not None
        line = orjson.loads(running.stderr.readline())
        running.terminate()
    assert (line["event"], line["route"]) == ("sink is not taking messages", "builds")
