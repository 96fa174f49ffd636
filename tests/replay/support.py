"""Replays of a history of builds, as tests ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from adapters.config import Config
from adapters.replay.plan import Progress, Replay
from adapters.replay.run import replay
from tests.service import INSTANCE


def plan(folder: Path, inputs: Sequence[Path], **changes: Any) -> Replay:
    """A replay of inputs to `events.jsonl`, and whatever else is said."""
    config = Config.model_validate(
        {
            "sources": {
                "jenkins": {"type": "webhook", "path": "/", "instance": INSTANCE, "mapping": "jenkins/notification"}
            },
            "sinks": {"file": {"type": "file", "path": folder / "events.jsonl"}},
            "routes": {"all": {"format": "cdevents", "sink": "file"}},
        }
    )
    return Replay(config, "jenkins", "all", [*map(str, inputs)], folder / "state.json", **changes)


async def replayed(what: Replay) -> Progress:
    """What a whole replay did."""
    return await replay(what, lambda _: None)


def subjects(folder: Path) -> list[str]:
    """The subjects of the events that were published, in order."""
    lines = [line for path in sorted(folder.glob("events*")) for line in path.read_bytes().splitlines()]
    return [orjson.loads(line)["subject"] for line in lines]


def builds(count: int) -> list[str]:
    """The subjects of so many builds."""
    return [f"job/load/{number}/" for number in range(count)]
