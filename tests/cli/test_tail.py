"""`tail`, on a journal that another connection holds open, as the service does."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.errors import JournalUnavailable
from adapters.journal import Database, following, log
from adapters.model import Notification
from tests import example
from tests.cli.support import command, environment, invoke
from tests.lineage.support import document
from tests.waiting import PATIENCE

CONFIG = """
journal: {path: FOLDER/journal.db}
sources:
  ci: {type: webhook, path: /ci, instance: "https://ci.example.com/", mapping: FOLDER/acme/ci}
  others: {type: webhook, path: /others, cdevents: true}
sinks: {out: {type: http-call, url: "http://127.0.0.1:1/", done: FOLDER/done.db, auth: {bearer: s3cr3t-word}}}
routes: {out: {format: cdevents, sink: out}}
"""
HEARD = datetime(2026, 1, 1, 12, tzinfo=UTC)


def said(source: str, body: dict[str, Any], minute: int = 0) -> Notification:
    """A document that a source heard some minutes after noon."""
    return Notification(source, orjson.dumps(body), HEARD + timedelta(minutes=minute), {}, str(minute))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Database]:
    """A run started, waited and finished; others told of another one; and there is one that no rule covers."""
    example.mapping(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG.replace("FOLDER", str(tmp_path)))
    with Database(tmp_path / "journal.db", create=True) as database:
        bodies = [example.STARTED, example.WAITING, example.FINISHED]
        heard = [said("ci", body, minute) for minute, body in enumerate(bodies)]
        log.append(database, [*heard, said("others", document("theirs", 3), 3), said("ci", {"state": "?"}, 4)], [])
        yield database


def tailed(journal: Database, *words: object) -> list[list[str]]:
    """The words of each line that it shows of what is there."""
    result = invoke("tail", "--no-follow", "--config", journal.path.parent / "config.yaml", *words)
    assert result.exit_code == 0, result.output
    return [line.split("  ") for line in result.stdout.splitlines()]


def test_each_event_is_on_a_line(journal: Database) -> None:
    """Time, source, type, subject and outcome; those of others as they are; what becomes none has no line."""
    lines = tailed(journal)
    assert [line[:4] for line in lines] == [
        ["2026-01-01T10:00:00Z", "ci", "pipelinerun.started", "app/7"],
        ["2026-01-01T10:05:00Z", "ci", "pipelinerun.finished", "app/7"],
        ["2026-01-01T00:00:03Z", "others", "pipelinerun.finished", "s/theirs"],
    ]
    assert lines[1][4] == "success"


def test_what_no_rule_covers_is_told_on_stderr(journal: Database) -> None:
    """By source and number; not where only some events were asked for."""
    words = ("tail", "--no-follow", "--config", journal.path.parent / "config.yaml")
    assert "ci #5: 1 of its records are covered by no rule" in invoke(*words).stderr
    assert invoke(*words, "--type", "pipelinerun.*").stderr == ""


@pytest.mark.parametrize(
    ("words", "subjects"),
    [
        (("--source", "others"), ["s/theirs"]),
        (("--source", "others", "--source", "ci"), ["app/7", "app/7", "s/theirs"]),
        (("--type", "pipelinerun.started"), ["app/7"]),
        (("--type", "pipelinerun.*"), ["app/7", "app/7", "s/theirs"]),
        (("--subject", "app/*"), ["app/7", "app/7"]),
        (("--subject", "app/"), []),
        (("--subject", "app/7", "--type", "pipelinerun.finished"), ["app/7"]),
        (("-n", 2), ["s/theirs"]),
        (("-n", 0), []),
        (("-n", 99), ["app/7", "app/7", "s/theirs"]),
        (("--since", "2026-01-01T12:02:00Z"), ["app/7", "s/theirs"]),
        (("--since", "2026-01-02"), []),
    ],
)
def test_it_shows_what_is_asked_for(journal: Database, words: tuple[object, ...], subjects: list[str]) -> None:
    """Filters of several kinds hold together, those of one kind are alternatives."""
    assert [line[3] for line in tailed(journal, *words)] == subjects


def test_a_chain_is_followed(journal: Database) -> None:
    """By its whole id, as lines show it at their end."""
    chain = tailed(journal)[0][-1]
    assert [line[3] for line in tailed(journal, "--chain", chain)] == ["app/7", "app/7"]


def test_legacy_is_what_the_tools_said(journal: Database) -> None:
    """Each notification on a line, by when it was heard; with filters, those of which an event is wanted."""
    lines = tailed(journal, "--legacy", "--source", "ci")
    assert [line[:2] for line in lines] == [[f"2026-01-01T12:0{minute}:00.000+00:00", "ci"] for minute in (0, 1, 2, 4)]
    assert '"state":"waiting"' in lines[1][-1]
    [finished] = tailed(journal, "--legacy", "--type", "pipelinerun.finished", "--source", "ci")
    assert '"state":"finished"' in finished[-1]


@pytest.mark.parametrize("form", [("--legacy",), ("--json",), ("--json", "--legacy"), ()])
def test_no_secret_and_no_control_character_is_shown(journal: Database, form: tuple[str, ...]) -> None:
    """A secret of the configuration that a tool repeats, or what is one by its name; a terminal is not commanded."""
    body = {**example.STARTED, "run": "s3cr3t-word", "api_token": "hunter2", "more": "x" * 5000}
    log.append(journal, [said("ci", body, 9), Notification("ci", b"\x1b[2J", HEARD)], [])
    result = invoke("tail", "--no-follow", "-n", 2, "--config", journal.path.parent / "config.yaml", *form)
    assert "[redacted]" in result.stdout
    assert "s3cr3t-word" not in result.output
    assert "--json" in form or "hunter2" not in result.output
    assert "\x1b" not in result.output
    assert "--json" in form or len(result.stdout) < 500


def test_json_is_what_is_published(journal: Database) -> None:
    """One CloudEvent a line, which `trace` reads."""
    path = journal.path.parent / "events.jsonl"
    path.write_text(invoke("tail", "--no-follow", "--json", "--config", path.parent / "config.yaml").stdout)
    assert [orjson.loads(line)["specversion"] for line in path.read_text().splitlines()] == ["1.0"] * 3
    assert "pipelinerun.started  app/7" in invoke("trace", "app/7", path).stdout


def test_what_would_never_be_shown_is_a_mistake(journal: Database) -> None:
    """A source that is not configured and a type that there is not end it with 2 and the name."""
    config = journal.path.parent / "config.yaml"
    for words in (("--source", "nobody"), ("--type", "pipelinerun.flown")):
        result = invoke("tail", "--no-follow", "--config", config, *words)
        assert result.exit_code == 2
        assert words[1] in result.stderr


def test_it_goes_on_until_ctrl_c(journal: Database) -> None:
    """What comes is shown as it comes; at the end there is no traceback, and 0. In a pipe there is no colour."""
    words = command("tail", "-n", 0, "--config", journal.path.parent / "config.yaml")
    with subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        killed = threading.Timer(PATIENCE, running.kill)
        killed.start()
        assert running.stdout is not None
        line = _next(journal, running.stdout.fileno())
        running.send_signal(signal.SIGINT)
        rest = running.communicate()
        killed.cancel()
    assert b"pipelinerun.started  app/7" in line
    assert b"\x1b" not in line
    assert (running.returncode, rest[1]) == (0, b"")


def test_on_a_terminal_there_are_colours(journal: Database) -> None:
    """They are the terminal's own."""
    ours, theirs = pty.openpty()
    words = command("tail", "--no-follow", "--config", journal.path.parent / "config.yaml")
    colours = {**environment(), "TERM": "xterm"}
    colours.pop("NO_COLOR", None)
    with subprocess.Popen(words, env=colours, stdout=theirs, stderr=subprocess.DEVNULL) as running:
        assert running.wait(timeout=PATIENCE) == 0
    os.close(theirs)
    assert b"\x1b[36mci" in os.read(ours, 4096)
    os.close(ours)


def test_nothing_is_held_between_two_reads(journal: Database) -> None:
    """The service can write, prune and give back its write-ahead log meanwhile; nothing is shown twice."""
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 1:
            log.append(journal, [said("ci", example.WAITING, 7)], [])
        journal.reclaim()
        assert journal.ahead() == 0

    with Database(journal.path) as beside:
        heard = following.follow(beside, 0, endless=True, pause=pause)
        assert [next(heard).seq for _ in range(6)] == [1, 2, 3, 4, 5, 6]
    assert pauses == [following.PAUSE]


def test_a_journal_that_was_replaced_ends_it(journal: Database) -> None:
    """It would show nothing any more, and say nothing."""
    with Database(journal.path) as beside, pytest.raises(JournalUnavailable, match="moved or deleted"):
        [*following.follow(beside, 5, endless=True, pause=lambda _: journal.path.rename(journal.path.parent / "gone"))]


def _next(journal: Database, output: int) -> bytes:
    """The next that it says, of what is heard again and again until it has begun."""
    for minute in range(600):
        log.append(journal, [said("ci", example.STARTED, minute)], [])
        if select.select([output], [], [], 0.1)[0]:
            return os.read(output, 4096)
    return b""
