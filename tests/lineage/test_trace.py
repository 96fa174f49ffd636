"""`trace` on the command line: what it reads, and what it prints."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson

from adapters.journal import Journal
from adapters.model import Notification
from tests import example
from tests.cli.support import invoke
from tests.lineage.support import document

CONFIG = """
journal: {path: FOLDER/journal.db}
sources:
  ci: {type: webhook, path: /ci, instance: "https://ci.example.com/", mapping: FOLDER/acme/ci}
  others: {type: webhook, path: /others, cdevents: true}
sinks: {call: {type: http-call, url: "http://127.0.0.1:1/", done: FOLDER/done.db}}
routes: {call: {format: cdevents, sink: call}}
"""


def test_it_prints_the_tree_of_a_file(tmp_path: Path) -> None:
    """It reads CloudEvents and bare CDEvents, and passes over what is neither; outcome and environment are shown."""
    path = tmp_path / "events.jsonl"
    deployed = document("b", 2, ("PATH", "a"), outcome="success", environment={"id": "lab"})
    queued = {"specversion": "1.0", "id": "a", "source": "s", "type": "t", "data": document("a", 1)}
    path.write_bytes(b"\n".join(map(orjson.dumps, [queued, deployed, {"x": 1}])) + b"\nrubbish\n")
    result = invoke("trace", "s/b", path)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2026-01-01T00:00:01Z  pipelinerun.finished  s/a",
        "└── 2026-01-01T00:00:02Z  pipelinerun.finished  s/b  success  lab",
    ]


def test_what_nothing_is_known_of_is_an_error(tmp_path: Path) -> None:
    """It names what was asked for."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(orjson.dumps(document("a", 1)))
    result = invoke("trace", "nobody", path)
    assert result.exit_code == 1
    assert "no event has the id, subject, service, chain, commit, change or artifact nobody" in result.output


async def test_it_reads_the_journal(tmp_path: Path) -> None:
    """Without files, what the journal holds is translated by the mapping of today; what others made is what it is."""
    example.mapping(tmp_path)
    config = tmp_path / "adapters.yaml"
    config.write_text(CONFIG.replace("FOLDER", str(tmp_path)))
    journal = Journal(tmp_path / "journal.db", max_bytes=1 << 30)
    heard = datetime(2026, 1, 1, tzinfo=UTC)
    said = [example.STARTED, example.WAITING, example.FINISHED]
    await journal.append([Notification("ci", orjson.dumps(each), heard) for each in said])
    await journal.append([Notification("others", orjson.dumps(document("theirs", 3)), heard)])
    await journal.aclose()
    result = invoke("trace", "app/7", "--config", config)
    assert result.stdout.splitlines() == [
        "2026-01-01T10:00:00Z  pipelinerun.started  app/7",
        "└── 2026-01-01T10:05:00Z  pipelinerun.finished  app/7  success",
    ]
    result = invoke("trace", "s/theirs", "--config", config)
    assert result.stdout.splitlines() == ["2026-01-01T00:00:03Z  pipelinerun.finished  s/theirs"]


def test_no_story_is_too_deep(tmp_path: Path) -> None:
    """A job that starts itself goes on for ever: each run of it stands under the one before."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(document(str(at), 1, ("PATH", str(at - 1)))) for at in range(1050)))
    lines = invoke("trace", "c", path).stdout.splitlines()
    assert [line[: line.index("2026")].count("    ") for line in lines] == [0, *range(1049)]
