"""`unmatched`, on a journal that another connection holds open, as the service does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from adapters.journal import Database, log
from adapters.model import TRUNCATED, Notification
from tests import example
from tests.cli.support import invoke

CONFIG = """
journal: {path: FOLDER/journal.db}
sources:
  ci: {type: webhook, path: /ci, instance: "https://ci.example.com/", mapping: FOLDER/acme/ci}
  qa: {type: webhook, path: /qa, instance: "https://qa.example.com/", mapping: FOLDER/acme/ci}
  plain: {type: webhook, path: /plain, instance: "https://plain.example.com/"}
sinks: {out: {type: http-call, url: "http://127.0.0.1:1/", done: FOLDER/done.db, auth: {bearer: s3cr3t-word}}}
routes: {out: {format: cdevents, sink: out, sources: [ci, qa]}}
"""
HEARD = datetime(2026, 1, 1, 12, tzinfo=UTC)


def said(source: str, body: object, number: int, **headers: str) -> Notification:
    """What a source heard some minutes after noon: a document, or bytes."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return Notification(source, content, HEARD + timedelta(minutes=number), headers, str(number))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Database]:
    """Of two tools: what is covered, ignored, not covered, and what cannot be read; a source without a mapping."""
    example.mapping(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG.replace("FOLDER", str(tmp_path)))
    paused = {"state": "paused", "by": "s3cr3t-word\x1b"}
    bodies = [
        ("ci", example.STARTED),
        ("ci", example.WAITING),
        ("ci", paused),
        ("qa", {"run": 7}),
        ("ci", paused),
        ("ci", b"{"),
        ("plain", paused),
        ("ci", {"state": "s3cr3t-word"}),
    ]
    with Database(tmp_path / "journal.db", create=True) as database:
        log.append(database, [said(*each, number) for number, each in enumerate(bodies, start=1)], [])
        log.append(database, [said("ci", paused, 9, **{TRUNCATED: "99"})], [])
        yield database


def listed(journal: Database, *words: object) -> list[list[str]]:
    """The cells of each line but the heads'."""
    result = invoke("unmatched", "list", *words, "--config", journal.path.parent / "config.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    return [line.split("\t") for line in result.stdout.splitlines()[1:]]


def test_they_are_grouped_by_reason_with_counts(journal: Database) -> None:
    """The most frequent first, with the last of them; what is ignored, cut or cannot be read is not among them."""
    assert listed(journal) == [
        ["ci", "2", "2026-01-01T12:05:00+00:00", "5", "state is text 'paused'"],
        ["ci", "1", "2026-01-01T12:08:00+00:00", "8", "state is text '[redacted]'"],
        ["qa", "1", "2026-01-01T12:04:00+00:00", "4", "state is missing"],
    ]


def test_they_can_be_of_one_source_and_for_scripts(journal: Database) -> None:
    """--json is an object a line; a source that there is not is a usage error."""
    assert [line[0] for line in listed(journal, "qa")] == ["qa"]
    config = journal.path.parent / "config.yaml"
    first, *_ = invoke("unmatched", "list", "--json", "--config", config).stdout.splitlines()
    assert orjson.loads(first) == {
        "source": "ci",
        "count": 2,
        "number": 5,
        "heard": "2026-01-01T12:05:00+00:00",
        "reason": "state is text 'paused'",
    }
    result = invoke("unmatched", "list", "nobody", "--config", config)
    assert result.exit_code == 2
    assert "nobody" in result.stderr


def test_nothing_unmatched_is_nothing_said(journal: Database) -> None:
    """As with dead letters, for scripts."""
    result = invoke("unmatched", "list", "plain", "--config", journal.path.parent / "config.yaml")
    assert (result.exit_code, result.stdout) == (0, "")


def test_rules_that_came_into_question_say_what_they_wanted(journal: Database) -> None:
    """Where the value that most rules ask for is one of theirs, what else was otherwise is the reason."""
    mapping = journal.path.parent / "acme" / "ci" / "mapping.yaml"
    mapping.write_text(mapping.read_text().replace("{state: started}", "{state: started, by: nobody}"))
    assert [
        "ci",
        "1",
        "2026-01-01T12:01:00+00:00",
        "1",
        "state is text 'started'; by is missing, not nobody",
    ] in listed(journal)


def test_one_is_shown_with_what_each_rule_says(journal: Database) -> None:
    """Headers, body and explanation; a secret is left out, and a control character is none any more."""
    body = {"state": "paused\x1b", "by": "s3cr3t-word", "token": "hunter2"}
    log.append(journal, [said("ci", body, 10, event="s3cr3t-word")], [])
    result = invoke("unmatched", "show", 10, "--config", journal.path.parent / "config.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "number: 10",
        "source: ci",
        "received at: 2026-01-01T12:10:00.000+00:00",
        "header event: [redacted]",
        "header x-redacted: 1",
        "",
        '{"state":"paused\\u001b","by":"[redacted]","token":"[redacted]"}',
        "",
        "record 1",
        "  run-started: no, state is text 'paused\\x1b', not started",
        "  run-finished: no, state is text 'paused\\x1b', not finished",
    ]


@pytest.mark.parametrize(
    ("number", "last"),
    [
        (7, "the source plain has no mapping"),
        (6, "it cannot be translated: the body is not JSON"),
        (2, "  ignored by "),
    ],
)
def test_any_notification_can_be_shown(journal: Database, number: int, last: str) -> None:
    """Also one that is not unmatched: it says why."""
    result = invoke("unmatched", "show", number, "--config", journal.path.parent / "config.yaml")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith(last)


def test_what_the_journal_has_not_is_told(journal: Database) -> None:
    """Exit 1, and where to look."""
    result = invoke("unmatched", "show", 99, "--config", journal.path.parent / "config.yaml")
    assert result.exit_code == 1
    assert "the journal has no notification 99 (see `unmatched list`)" in result.stderr
