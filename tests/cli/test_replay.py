"""`replay`: what is published, what is told, and what is refused before anything begins."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.cli.support import process
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


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--config", "config.yaml"), "say which: jenkins, gerrit"),
        (("--config", "config.yaml", "--source", "jenkin"), "there is no 'jenkin': jenkins, gerrit"),
        (("--config", "config.yaml", "--source", "gerrit"), "the route builds is of jenkins"),
        ((*CONFIGURED, "--route", "none"), "there is no 'none': legacy, builds, calls"),
        ((*CONFIGURED, "--route", "legacy", "--since", "2026-01-01"), "only CDEvents have a time of their own"),
        ((*CONFIGURED, "--since", "yesterday"), "yesterday"),
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
