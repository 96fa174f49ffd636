"""Follows `app.log*` into a journal until it is killed; run by test_crash."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from adapters.journal import Journal
from adapters.metrics import Metrics
from adapters.sources.contract import Context
from adapters.sources.tail.settings import TailSettings
from adapters.sources.tail.source import Tail


async def main(directory: Path) -> None:
    """As a sidecar does it."""
    journal = Journal(directory / "journal.db", max_bytes=1 << 30)
    given = {"type": "tail", "instance": "https://tool.example.com/", "paths": [f"{directory}/app.log*"], "poll": 0.02}
    context = Context(
        name="app",
        translator=lambda: None,
        checkpoints=journal.checkpoints("app"),
        metrics=Metrics(),
        clock=lambda: datetime.now(UTC),
    )
    print("following", flush=True)  # noqa: T201 - what the test waits for
    await Tail(TailSettings.model_validate(given), context).run(journal.append)


asyncio.run(main(Path(sys.argv[1])))
