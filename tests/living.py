"""A sidecar in the process of the test: a webhook with a mapping, and each format in a file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from adapters import app
from adapters.config import Config
from tests.service import free_port
from tests.waiting import PATIENCE

MAPPING = """\
cdevents: 0.5.1
rules:
  finished:
    when: {}
    emit: pipelinerun.finished
    id: [url]
    timestamp: ${$received_at}
    subject: {id: "${url}", content: {outcome: success}}
"""


@dataclass
class Living:
    """A sidecar in this process, in a folder of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hangup: asyncio.Event = field(default_factory=asyncio.Event)

    def config(self, **changes: Any) -> Config:
        """A webhook with a mapping, and each format in a file."""
        (mapping := self.folder / "mapping.yaml").write_text(MAPPING)
        source = {"type": "webhook", "path": "/hook", "instance": "http://tool/", "mapping": str(mapping)}
        sinks = {name: {"type": "file", "path": str(self.folder / f"{name}.jsonl")} for name in ("legacy", "cdevents")}
        settings = {
            "server": {"listen": f"127.0.0.1:{self.port}", "drain": "20s"},
            "journal": {"path": str(self.folder / "journal.db")},
            "sources": {"tool": source},
            "sinks": sinks,
            "routes": {name: {"format": name, "sink": name} for name in sinks},
        }
        return Config.model_validate(settings | changes)

    async def ask(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """One answer of its server."""
        async with httpx.AsyncClient() as client:
            return await client.request(method, f"http://127.0.0.1:{self.port}{path}", **arguments)

    async def post(self, number: int) -> int:
        """The status that a notification is answered with."""
        return (await self.ask("POST", "/hook", json={"url": f"run/{number}"})).status_code

    def published(self, name: str) -> list[dict[str, Any]]:
        """The events in a file."""
        path = self.folder / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@asynccontextmanager
async def started(living: Living, config: Config) -> AsyncIterator[asyncio.Task[None]]:
    """Runs it until it is ready, and stops it at the end."""
    task = asyncio.create_task(app.run(config, stop=living.stop, hangup=living.hangup))
    async with asyncio.timeout(PATIENCE):
        while not (task.done() or await ready(living)):  # noqa: ASYNC110 - it is asked from outside
            await asyncio.sleep(0.01)
    yield task
    living.stop.set()
    await asyncio.wait_for(task, 30)


async def ready(living: Living) -> bool:
    """Whether it says so."""
    try:
        return (await living.ask("GET", "/readyz")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
