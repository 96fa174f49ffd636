"""Each source of which only one may run ends when the lead is lost, and goes on elsewhere where it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.config import Config
from adapters.sidecar import Sidecar, assembled
from tests.service import free_port
from tests.standby.place import Place, candidate
from tests.standby.tools import INSTANCE, TOOLS, Tool
from tests.waiting import eventually

AWAY: dict[str, Callable[[str], dict[str, Any]]] = {
    "gerrit-api": lambda url: {"url": url},
    "gerrit-stream": lambda _: {"host": "127.0.0.1", "port": free_port(), "username": "x", "known_hosts": "none"},
    "github-deliveries": lambda url: {"url": url, "hook": "repos/a/b/hooks/1", "token": "t"},
    "jenkins-api": lambda url: {"url": url},
    "jenkins-home": lambda _: {"home": "/nowhere/at/all"},
    "kubernetes": lambda url: {"url": url, "rollouts": {}},
    "objects": lambda _: {"urls": ["file:///nowhere/at/all/"]},
    "poll": lambda url: {"url": f"{url}/builds"},
}
"""What a source of each kind is told, whose tool is not there."""

LOCK = {"postgresql": {"url": "postgresql://nobody@db.example.com/none"}}


@dataclass
class Replica:
    """A sidecar without routes: what it has heard is delivered."""

    sidecar: Sidecar
    place: Place

    @property
    def leads(self) -> bool:
        """Whether it hears."""
        return bool(self.sidecar.standby and self.sidecar.standby.leaders()["tool"])

    @property
    def known(self) -> dict[str, str]:
        """Where its source stands."""
        return self.sidecar.journal.checkpoints("tool")

    async def heard(self, tool: Tool, numbers: Sequence[int]) -> list[int]:
        """Which of these things it was told of."""
        bodies = [record.notification.body for record in await self.sidecar.journal.read(0, 1000)]
        return [number for number in numbers if any(tool.says(number) in each for each in bodies)]

    async def hears(self, tool: Tool, number: int) -> None:
        """Returns when it was told of a thing, and that is shared."""
        async with asyncio.timeout(60):
            while not await self.heard(tool, [number]):  # noqa: ASYNC110 - as `eventually`
                await asyncio.sleep(0.01)
        await eventually(lambda: self.place.shared.get("tool") == self.known)


@asynccontextmanager
async def replica(folder: Path, place: Place, source: dict[str, Any]) -> AsyncIterator[Replica]:
    """One that runs, on a journal in a folder of its own, and ends as by kill -9."""
    settings = Config.model_validate(
        {
            "journal": {"path": str(folder / "journal.db")},
            "standby": LOCK,
            "sources": {"tool": {"instance": INSTANCE, **source}},
        }
    )
    async with assembled(settings) as sidecar:
        sidecar.standby = candidate(place, sidecar.journal, ["tool"])
        tasks = [asyncio.create_task(sidecar.standby.run()), asyncio.create_task(sidecar.hear("tool"))]
        try:
            yield Replica(sidecar, place)
            assert not any(task.done() for task in tasks), tasks
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


@pytest.mark.parametrize("kind", TOOLS)
async def test_another_goes_on_where_one_was(tmp_path: Path, kind: str) -> None:
    """Who takes over hears what came since, and nothing that was delivered; who lost the lead hears nothing."""
    place = Place()
    with TOOLS[kind](tmp_path) as tool:
        async with replica(tmp_path / "one", place, dict(tool.source)) as one:
            await eventually(lambda: one.leads)
            if kind == "kubernetes":  # what is there at its very first look is no news
                await eventually(lambda: one.known)
            tool.happens(1)
            await one.hears(tool, 1)
            tool.happens(2)
            await one.hears(tool, 2)
            place.leader = object()
            await eventually(lambda: not one.leads)
            tool.happens(3)
            await asyncio.sleep(0.2)
            assert await one.heard(tool, [1, 2, 3]) == [1, 2]
        place.leader = None
        async with replica(tmp_path / "two", place, dict(tool.source)) as two:
            await two.hears(tool, 3)
            tool.happens(4)
            await two.hears(tool, 4)
            assert await two.heard(tool, [1, 2, 3, 4]) == [3, 4]


@pytest.mark.parametrize("kind", AWAY)
async def test_the_lead_is_lost_and_won_while_the_tool_is_away(tmp_path: Path, kind: str) -> None:
    """A source that waits for its tool ends as well, again and again."""
    given = AWAY[kind](f"http://127.0.0.1:{free_port()}")
    if kind == "gerrit-stream":
        given["key"] = str(_key(tmp_path))
    place = Place()
    async with replica(tmp_path / "one", place, {"type": kind, **given}) as one:
        for _ in range(3):
            await eventually(lambda: one.leads)
            place.leader = object()
            await eventually(lambda: not one.leads)
            place.leader = None


def _key(folder: Path) -> Path:
    asyncssh = pytest.importorskip("asyncssh", reason="needs the extra gerrit")
    path = folder / "id_ed25519"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(path))
    return path
