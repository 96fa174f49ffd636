"""`translate`, on files and on stdin."""

from __future__ import annotations

import subprocess
from pathlib import Path

import orjson
import pytest

from tests import example
from tests.cli.support import command, environment, invoke, process
from tests.example import FINISHED, STARTED, WAITING


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """The example with an input for each of its rules."""
    return example.mapping(tmp_path, started=STARTED, finished=FINISHED, waiting=WAITING)


def ndjson(*values: object) -> bytes:
    """Values as JSON, one a line."""
    return b"".join(orjson.dumps(value) + b"\n" for value in values)


def test_each_file_is_a_notification_and_each_event_a_line(mapping: Path) -> None:
    """Compact JSON on stdout in the order of the files, nothing on stderr, exit 0."""
    result = invoke("translate", mapping, *(mapping / "inputs" / f"{name}.json" for name in ("started", "finished")))
    types = [orjson.loads(line)["context"]["type"] for line in result.stdout.splitlines()]
    assert types == ["dev.cdevents.pipelinerun.started.0.3.0", "dev.cdevents.pipelinerun.finished.0.3.0"]
    assert (result.exit_code, result.stderr) == (0, "")


def test_without_a_file_each_line_of_stdin_is_a_notification(mapping: Path) -> None:
    """Blank lines are none; `-` is the same."""
    stdin = ndjson(STARTED) + b"\r\n" + ndjson(WAITING, FINISHED)
    result = invoke("translate", mapping, stdin=stdin)
    assert len(result.stdout.splitlines()) == 2
    assert invoke("translate", mapping, "-", stdin=stdin).stdout == result.stdout


def test_an_event_comes_out_before_the_next_line_goes_in(tmp_path: Path, mapping: Path) -> None:
    """It can stand behind `tail -f`."""
    words = command("translate", mapping)
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(ndjson(STARTED))
        running.stdin.flush()
        assert orjson.loads(running.stdout.readline())["subject"]["id"] == "app/7"


def test_what_is_wrong_is_told_with_its_line_and_ends_with_1(mapping: Path) -> None:
    """Lines before and after a wrong one are translated."""
    stdin = ndjson(STARTED) + b"{\n" + ndjson({**STARTED, "name": None}, FINISHED)
    result = invoke("translate", mapping, stdin=stdin)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    unreadable, missing = result.stderr.splitlines()
    assert unreadable.startswith("stdin:2: the body is not JSON")
    assert missing.startswith(f"stdin:3: {mapping}/mapping.yaml:")


def test_an_event_that_is_not_valid_is_not_printed(mapping: Path) -> None:
    """What a route would park does not come out here either."""
    result = invoke("translate", mapping, stdin=ndjson({**STARTED, "at": "yesterday"}))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "context.timestamp: 'yesterday' is not a valid date-time" in result.stderr


def test_a_record_that_no_rule_covers_is_told_and_is_no_failure(mapping: Path) -> None:
    """The service goes on over it, too."""
    result = invoke("translate", mapping, stdin=ndjson({"state": "new"}))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "covered by no rule" in result.stderr


def test_explain_tells_why_on_stderr(mapping: Path) -> None:
    """Each rule says whether it fired; stdout is the same as without."""
    plain = invoke("translate", mapping, stdin=ndjson(STARTED))
    result = invoke("translate", mapping, "--explain", stdin=ndjson(STARTED))
    assert "run-started: yes, pipelinerun.started" in result.stderr
    assert "run-finished: no, " in result.stderr
    assert result.stdout == plain.stdout


def test_explain_leaves_an_unreadable_body_to_the_translation(mapping: Path) -> None:
    """It is told once."""
    result = invoke("translate", mapping, "--explain", stdin=b"{\n")
    assert result.stderr.count("is not JSON") == 1


def test_an_older_version_can_be_written(mapping: Path) -> None:
    """--spec 0.4.1 has that version's type and words."""
    [line] = invoke("translate", mapping, "--spec", "0.4.1", stdin=ndjson(STARTED)).stdout.splitlines()
    event = orjson.loads(line)
    assert event["context"]["version"] == "0.4.1"
    assert event["subject"]["content"]["url"] == "https://tool.example.com/app/7"


def test_instance_variables_headers_and_time_can_be_given(mapping: Path) -> None:
    """Values of --set are as a configuration has them; a time without offset is UTC."""
    text = (mapping / "mapping.yaml").read_text()
    text = text.replace("${at}", "$received_at").replace('"${$greeting}"', '"${$greeting}", kind: "${$headers.x-kind}"')
    (mapping / "mapping.yaml").write_text(text.replace("timestamp: $received_at", "timestamp: ${$received_at}"))
    options = ("--instance", "https://ci.example.org/", "--set", "greeting=7", "--header", "X-Kind=push")
    result = invoke("translate", mapping, *options, "--received-at", "2030-01-02T03:04:05", stdin=ndjson(STARTED))
    event = orjson.loads(result.stdout)
    assert event["context"]["source"] == "https://ci.example.org/"
    assert event["context"]["timestamp"] == "2030-01-02T03:04:05.000Z"
    assert event["customData"] == {"greeting": 7, "kind": "push"}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--set", "greeting"), "'greeting' is not NAME=VALUE"),
        (("--set", "greting=x"), "the mapping has no variable 'greting' (did you mean 'greeting'?)"),
        (("--received-at", "noon"), "noon"),
        (("--spec", "0.5.0"), "0.5.0"),
        (("absent.json",), "absent.json: No such file or directory"),
    ],
)
def test_a_wrong_command_line_ends_with_2(mapping: Path, arguments: tuple[str, ...], problem: str) -> None:
    """What is wrong is named, without a traceback."""
    result = invoke("translate", mapping, *arguments)
    assert result.exit_code == 2
    assert problem in result.stderr
    assert "Traceback" not in result.output


def test_a_mapping_of_text_lines_takes_raw_lines(tmp_path: Path) -> None:
    """Lines of a log can be piped in as they are."""
    mapping = example.mapping(tmp_path)
    text = (mapping / "mapping.yaml").read_text()
    lines = r"""input: {lines: {run: '(?P<at>\S+) (?P<run>\S+) (?P<state>\w+) (?P<name>\w+)'}}"""
    (mapping / "mapping.yaml").write_text(text.replace("variables:", f"{lines}\nvariables:"))
    result = process(tmp_path, "translate", mapping, stdin=b"2026-01-01T10:00:00Z app/7 started app\n")
    assert result.stderr == b""
    assert orjson.loads(result.stdout)["subject"]["id"] == "app/7"


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path, mapping: Path) -> None:
    """`translate ... | head` ends quietly, as Unix tools do."""
    words = command("translate", mapping)
    with subprocess.Popen(
        words,
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        running.stdout = None
        _, stderr = running.communicate(ndjson(STARTED, FINISHED), timeout=60)
    assert stderr == b""
    assert running.returncode == 141
