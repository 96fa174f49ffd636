"""`wrap`: a command ends as it would alone, and two events tell of it."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import termios
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
        (["sh", "-c", "echo hello; kill -40 $$"], 168, "error"),
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
    assert ("the start of" in error, "the end of" in error) == (True, True)


@pytest.mark.parametrize("wrong", [["--config", "none.yaml"], ["--to", "https://jane:pa55@h/"], ["--to", "htps://h/"]])
def test_a_place_that_cannot_be_told_hinders_no_command(tmp_path: Path, wrong: list[str]) -> None:
    """A backup is made, also where the configuration of what tells of it is broken; that is said, without a secret."""
    words = [sys.executable, "-m", "adapters", "wrap", *wrong, "--", "sh", "-c", "echo hello; exit 5"]
    done = subprocess.run(
        words, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (5, "hello\n")
    assert "nothing is told of it: " in done.stderr
    assert "pa55" not in done.stderr


def test_words_in_another_encoding_are_told_as_far_as_they_can_be_read(tmp_path: Path) -> None:
    """Old scripts are in Latin-1."""
    assert ended(wrapped(tmp_path, ["sh", "-c", "exit 5"], "--name", "caf\udce9", "--run", "\udce9"))[0] == 5
    assert [each["subject"]["content"]["taskName"] for each in told(tmp_path)] == ["caf\ufffd"] * 2


def test_an_error_stream_that_takes_nothing_changes_nothing(tmp_path: Path) -> None:
    """Nobody hears what went wrong, and the command ends as it would alone."""
    words = [sys.executable, "-m", "adapters", "wrap", "--to", "http://127.0.0.1:1/", "--timeout", "0.2"]
    with Path("/dev/full").open("w") as full:
        command = [*words, "--", "sh", "-c", "exit 5"]
        done = subprocess.run(command, cwd=tmp_path, env=environment(), stderr=full, timeout=60, check=False)
    assert done.returncode == 5


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_change_nothing(tmp_path: Path, closed: str) -> None:
    """It is told as ever, for no file gets the number of one; the command finds them closed, as it would alone."""
    here = f"{sys.executable} -m adapters wrap --to out.jsonl -- sh -c 'ls -l /proc/self/fd > fds; exit 3' {closed}"
    found = subprocess.Popen(["sh", "-c", here], cwd=tmp_path, env=environment(), stdin=-1, stdout=-1, stderr=-1)
    found.communicate(timeout=DEADLINE)
    assert found.returncode == 3
    assert [*map(name, told(tmp_path))] == ["taskrun.started", "taskrun.finished"]
    assert "null" not in (tmp_path / "fds").read_text()


def test_signals_that_are_ignored_are_by_the_command_as_well(tmp_path: Path) -> None:
    """With nohup it outlives who began it."""
    script = "kill -HUP $$; echo there"
    words = ["nohup", sys.executable, "-m", "adapters", "wrap", "--to", "out.jsonl", "--", "sh", "-c", script]
    done = subprocess.run(
        words, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "there\n")


def test_a_key_that_is_pressed_reaches_the_command_once(tmp_path: Path) -> None:
    """By the terminal, wherever its input comes from: to many a tool a second Ctrl-C means to drop everything."""
    script = "trap 'echo x >> keys' INT; : > ready; until [ -e done ]; do sleep 0.05; done"
    here, there = os.openpty()

    def at_terminal() -> None:
        os.setsid()
        fcntl.ioctl(there, termios.TIOCSCTTY, 0)

    words = [sys.executable, "-m", "adapters", "wrap", "--to", "out.jsonl", "--", "sh", "-c", script]
    process = subprocess.Popen(
        words,
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=at_terminal,  # noqa: PLW1509 - no thread runs here
    )
    try:
        until((tmp_path / "ready").exists)
        os.write(here, b"\x03")
        until((tmp_path / "keys").exists)
        (tmp_path / "done").touch()
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        os.close(here)
        os.close(there)
    assert (tmp_path / "keys").read_text() == "x\n"


def test_who_is_told_to_stop_when_all_is_on_disk_stops(tmp_path: Path) -> None:
    """With the exit code of the command; what is still to be sent is kept."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        process = wrapped(tmp_path, ["sh", "-c", "exit 5"], "--timeout", "60", to=url)

        def stopped() -> bool:
            process.send_signal(signal.SIGTERM)
            return process.poll() is not None

        try:
            until(lambda: len(list(tmp_path.rglob("var/outbox/*/*.json"))) == 2)
            until(stopped)
            assert ended(process)[0] == 5
        finally:
            process.kill()


def test_the_outbox_is_where_one_says(tmp_path: Path) -> None:
    """Cron runs where nothing can be written, and each line of it elsewhere."""
    (tmp_path / "var").write_text("no folder")
    options = ("--timeout", "0.5", "--outbox", "kept")
    assert ended(wrapped(tmp_path, ["true"], *options, to="http://127.0.0.1:1/"))[0] == 0
    assert len(list(tmp_path.glob("kept/*/*.json"))) == 2


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


def test_a_report_is_known_by_what_became_of_it_and_not_by_the_clock(tmp_path: Path) -> None:
    """A clock that was set back, or a copy that kept the time, hides no report; a pattern without any is told."""
    script = f"echo '{REPORT}' > a.xml; touch -d @1700000000 a.xml"
    code, _, error = ended(wrapped(tmp_path, ["sh", "-c", script], "--report", "*.xml", "--report", "none/*.tap"))
    assert (code, error) == (0, "")
    assert "testcaserun.finished" in map(name, told(tmp_path))
    error = ended(wrapped(tmp_path, ["true"], "--report", "*.xml"))[2]
    assert "no report was written: --report *.xml" in error


def test_a_report_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """It is told, and the end of the run is."""
    code, _, error = ended(wrapped(tmp_path, ["truncate", "-s", "65M", "a.xml"], "--report", "a.xml"))
    assert (code, "a.xml: is larger than 64 MiB" in error) == (0, True)
    assert [*map(name, told(tmp_path))] == ["taskrun.started", "taskrun.finished"]
