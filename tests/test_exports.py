"""A sidecar that tells what it hears in another tool's words, and what others made, too."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson

from adapters.config import Config
from tests.living import Living, started
from tests.receiver import receiving
from tests.waiting import PATIENCE, eventually

EXPORT = """
cdevents: 0.5.1
messages:
  told:
    types: [pipelinerun.finished]
    path: /runs/${subject.id | url_encode}
    headers: {X-Outcome: "${subject.content.outcome}"}
    body: {word: WORD, run: "${subject.id}"}
"""
EVENT = {
    "context": {
        "version": "0.4.1",
        "id": "7",
        "source": "https://other.example.com/",
        "type": "dev.cdevents.pipelinerun.finished.0.2.0",
        "timestamp": "2026-03-02T08:15:30Z",
    },
    "subject": {"id": "other/7", "type": "pipelineRun", "content": {"outcome": "failure"}},
}


def exporting(living: Living, url: str) -> Config:
    """What is heard goes to a server, in the words of an export mapping; and to a file, as it is."""
    mapped: dict[str, Any] = {"format": "mapped", "mapping": str(living.folder / "board")}
    plain = living.config().model_dump(mode="json")
    return living.config(
        sources={
            "tool": {
                "type": "webhook",
                "path": "/hook",
                "instance": "http://tool/",
                "mapping": f"{living.folder}/mapping.yaml",
            },
            "others": {"type": "webhook", "path": "/cdevents", "cdevents": True},
        },
        sinks={**plain["sinks"], "board": {"type": "http", "url": url}},
        routes={
            "cdevents": {"format": "cdevents", "sink": "cdevents", "sources": ["tool"]},
            "board": {**mapped, "sink": "board"},
        },
    )


def write(folder: Path, word: str) -> None:
    """The export mapping with a word."""
    (folder / "board").mkdir(exist_ok=True)
    (folder / "board/export.yaml").write_text(EXPORT.replace("WORD", word))


async def test_what_is_heard_is_told_in_other_words(tmp_path: Path) -> None:
    """What the sidecar made, and what others made: by path, headers and body; a new mapping counts from then on."""
    living = Living(tmp_path)
    write(tmp_path, "first")
    with receiving() as board:
        base = board.url.partition("/events")[0]
        async with started(living, exporting(living, f"{base}/board")):
            assert await living.post(1) == 202
            await living.ask("POST", "/cdevents", json=EVENT)
            await eventually(lambda: len(board.requests) == 2)
            write(tmp_path, "second")
            living.hangup.set()
            await eventually(lambda: not living.hangup.is_set())
            async with asyncio.timeout(PATIENCE):
                while b"second" not in board.requests[-1].body:
                    seen = len(board.requests)
                    await living.post(seen + 1)
                    await eventually(lambda seen=seen: len(board.requests) > seen)  # type: ignore[misc]  # bound now
    own, others = sorted(board.requests[:2], key=lambda each: each.path)[::-1]
    assert (own.path, own.headers["x-outcome"]) == ("/board/runs/run%2F1", "success")
    assert (others.path, others.headers["x-outcome"]) == ("/board/runs/other%2F7", "failure")
    assert orjson.loads(own.body) == {"word": "first", "run": "run/1"}
    (event,) = living.published("cdevents")[:1]
    assert own.headers["cdevents-ids"] == event["id"]
