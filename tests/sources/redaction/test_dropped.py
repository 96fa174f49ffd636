"""What a mapping drops is never on disk, nor published, however it is heard; the legacy event says what is gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson

from adapters.config import Config
from adapters.replay.plan import Replay
from adapters.replay.run import replay
from tests.service import configuration, running
from tests.sources.redaction.test_service import PUBLISHED, SECRET, both, on_disk
from tests.waiting import until

MAPPING = """
cdevents: 0.5.1
input: INPUT
drop: [outputs, "**.token"]
rules:
  applied:
    emit: dev.cdeventsx.acme-stack.applied.0.1.0
    id: [run]
    subject: {id: "${run}", content: {"told?": "${outputs}"}}
"""
TOLD = {"run": "7", "outputs": {"key": SECRET}, "by": {"token": SECRET, "name": "ada"}}


def source(folder: Path, input_: str = "json", **settings: Any) -> dict[str, Any]:
    """A source with the mapping, in a folder of its own."""
    (folder / "acme").mkdir()
    (folder / "acme/mapping.yaml").write_text(MAPPING.replace("INPUT", input_))
    return {"instance": "https://acme.example.com/", "mapping": str(folder / "acme"), **settings}


def webhook(folder: Path, **settings: Any) -> dict[str, Any]:
    """It heard by a webhook, beside what else a source may have."""
    return source(folder, type="webhook", path="/acme", **settings)


def test_a_webhook_keeps_nothing_of_it(tmp_path: Path) -> None:
    """Nor of a body that is broken, which is parked; a source may drop more."""
    config = configuration(
        sources={"acme": webhook(tmp_path, on_invalid="park", redact={"drop": ["by.name"]})}, **PUBLISHED
    )
    with running(tmp_path, config) as sidecar:
        assert sidecar.ask("POST", "/acme", orjson.dumps(TOLD))[0] == 202
        assert sidecar.ask("POST", "/acme", orjson.dumps(TOLD)[:-2])[0] == 202
        until(lambda: len(sidecar.published("legacy")) == 2 and sidecar.published("cdevents"))
        legacy, [event] = sidecar.published("legacy"), sidecar.published("cdevents")
        sidecar.stop()
    assert SECRET.encode() not in on_disk(tmp_path)
    assert [each["dropped"] for each in legacy] == ["**.token, by.name, outputs", "all"]
    assert legacy[0]["data"] == {"run": "7", "by": {}}
    assert event["data"]["subject"]["content"] == {}


def test_a_tail_keeps_nothing_of_it(tmp_path: Path) -> None:
    """Of lines, in the envelope of a container."""
    lines = [
        json.dumps(TOLD),
        json.dumps({"log": json.dumps(TOLD) + "\n", "stream": "stdout", "time": "2026-01-02T00:00:00Z"}),
    ]
    (tmp_path / "app.in").write_text("\n".join(lines) + "\n")
    config = configuration(sources={"acme": source(tmp_path, "ndjson", type="tail", paths=["*.in"])}, **PUBLISHED)
    with running(tmp_path, config) as sidecar:
        legacy, _ = both(sidecar, 2)
        sidecar.stop()
    assert SECRET.encode() not in on_disk(tmp_path)
    assert {each["dropped"] for each in legacy} == {"**.token, outputs"}


async def test_a_replay_publishes_nothing_of_it(tmp_path: Path) -> None:
    """Neither in an event nor in a dead letter; its legacy events have the ids that a sidecar gives them."""
    (tmp_path / "history.ndjson.in").write_bytes(orjson.dumps(TOLD) + b"\n" + orjson.dumps(TOLD)[:-2])
    acme = webhook(tmp_path)
    sinks = {"legacy": {"type": "file", "path": str(tmp_path / "replayed.jsonl")}}
    routes = {"legacy": {"format": "legacy", "sink": "legacy"}}
    config = Config.model_validate({"sources": {"acme": acme}, "sinks": sinks, "routes": routes})
    plan = Replay(config, "acme", "legacy", [str(tmp_path / "history.ndjson.in")], tmp_path / "state.json")
    await replay(plan, lambda _: None)
    assert SECRET.encode() not in on_disk(tmp_path)
    first = orjson.loads((tmp_path / "replayed.jsonl").read_bytes().splitlines()[0])
    with running(tmp_path, configuration(sources={"acme": acme}, **PUBLISHED)) as sidecar:
        sidecar.ask("POST", "/acme", orjson.dumps(TOLD))
        legacy, _ = both(sidecar, 1)
    assert legacy[0]["id"] == first["id"]
