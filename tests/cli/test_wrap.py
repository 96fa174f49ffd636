"""`wrap`: a command ends as it would alone, and two events tell of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import environment
from tests.waiting import until

DEADLINE = 60.0


def wrapped(folder: Path, command: Sequence[str], *options: str, to: str = "out.jsonl") -> subprocess.Popen[str]:
    """The command, begun."""
    words = [sys.executable, "-m", "adapters", "wrap", "--source", "https://host.example.com/", "--to", to, *options]
    return subprocess.Popen([*words, "--", *command], cwd=folder, env=environment(), stdout=-1, stderr=-1, text=True)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Its exit code, and what it said."""
    out, error = process.communicate(timeout=DEADLINE)
    return process.returncode, out, error


def told(folder: Path) -> list[Any]:
    """The events that are in the file."""
    return [json.loads(line)["data"] for line in (folder / "out.jsonl").read_text().splitlines()]


def name(event: Any) -> str:
    """Its type, without the version."""
    return ".".join(event["context"]["type"].split(".")[2:4])


@pytest.mark.parametrize(
    ("command", "code", "outcome"),
    [
        (["sh", "-c", "cat; echo hello"], 0, "success"),
        (["sh", "-c", "echo hello; exit 3"], 3, "failure"),
        (["sh", "-c", "echo hello; kill -KILL $$"], 137, "error"),
        (["no-such-command"], 127, "error"),
        (["/etc"], 126, "error"),
    ],
)
def test_a_command_ends_as_it_would_alone(tmp_path: Path, command: list[str], code: int, outcome: str) -> None:
    """With its output and its exit code; the end follows the start, of one run."""
    found, out, _ = ended(wrapped(tmp_path, command, "--name", "nightly"))
    assert found == code
    assert out == ("hello\n" if command[0] == "sh" else "")
    started, finished = told(tmp_path)
    assert (name(started), name(finished)) == ("taskrun.started", "taskrun.finished")
    assert started["subject"]["content"] == {"taskName": "nightly"}
    assert (finished["subject"]["content"]["outcome"], finished["customData"]) == (outcome, {"exitCode": code})
    assert started["subject"]["id"] == finished["subject"]["id"]
    assert finished["context"]["links"][0]["from"]["contextId"] == started["context"]["id"]


@pytest.mark.parametrize(("trap", "code"), [("", 143), ("trap 'exit 7' TERM;", 7)])
def test_signals_reach_the_command(tmp_path: Path, trap: str, code: int) -> None:
    """And it decides what becomes of them; it was cancelled."""
    process = wrapped(tmp_path, ["sh", "-c", f"{trap} : > ready; while :; do sleep 0.05; done"])
    try:
        until((tmp_path / "ready").exists)
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == code
    finally:
        process.kill()
    assert told(tmp_path)[1]["subject"]["content"]["outcome"] == "cancel"


def test_a_sink_that_is_away_changes_nothing(tmp_path: Path) -> None:
    """The events are kept."""
    options = ("--timeout", "0.5")
    code, out, error = ended(wrapped(tmp_path, ["sh", "-c", "echo hello; exit 5"], *options, to="http://127.0.0.1:1/"))
    assert (code, out) == (5, "hello\n")
    assert "2 events kept in var/outbox/" in error
    assert len(list(tmp_path.rglob("var/outbox/*/*.json"))) == 2


def test_an_outbox_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    """What is not told is said."""
    (tmp_path / "var").write_text("no folder")
    code, out, error = ended(wrapped(tmp_path, ["sh", "-c", "echo hello; exit 5"]))
    assert (code, out) == (5, "hello\n")
    assert "taskrun.started of" in error


REPORT = '<testsuite name="pay" tests="1"><testcase name="a"><failure message="no"/></testcase></testsuite>'
SCRIPT = f"""
mkdir out
echo '{REPORT}' > out/TEST-a.xml
printf '1..1\nok 1 - works\n' > out/b.tap
echo '<' > out/c.xml
"""


def test_reports_of_tests_are_picked_up(tmp_path: Path) -> None:
    """Those that were written meanwhile, by whatever form they are in; in the chain of the run."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "TEST-old.xml").write_text(REPORT.replace("pay", "old"))
    past = 1_700_000_000
    subprocess.run(["touch", "-d", f"@{past}", "old/TEST-old.xml"], cwd=tmp_path, check=True, timeout=DEADLINE)
    options = ("--tests", "--environment", "ci", "--name", "unit", "--run", "42", "--report", "**/TEST-*.xml")
    code, _, error = ended(wrapped(tmp_path, ["sh", "-c", SCRIPT], *options, "--report", "out/[bc].*"))
    assert code == 0
    assert "out/c.xml: " in error
    first, *reported, last = told(tmp_path)
    assert (name(first), name(last)) == ("testsuiterun.started", "testsuiterun.finished")
    assert last["subject"] == {
        "id": "42",
        "content": {"environment": {"id": "ci"}, "testSuite": {"id": "unit"}, "outcome": "success"},
    }
    assert {event["context"]["chainId"] for event in reported} == {first["context"]["chainId"]}
    runs = [event for event in reported if name(event).startswith("testsuiterun.")]
    suites = {event["subject"]["content"]["testSuite"]["id"] for event in runs}
    assert "pay" in suites
    assert "old" not in suites
    assert len(suites) == 2
