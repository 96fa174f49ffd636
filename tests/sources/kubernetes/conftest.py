"""An API server, and a journal with a source on it that can end and begin again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.journal import Journal
from adapters.metrics import Metrics
from adapters.model import Receive
from adapters.sources.contract import Context
from adapters.sources.kubernetes.settings import KubernetesSettings
from adapters.sources.kubernetes.source import Kubernetes
from tests.sources.kubernetes.server import TOKEN, ApiServer, serving
from tests.waiting import PATIENCE, eventually

Json = dict[str, Any]


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """An API server."""
    with serving() as server:
        yield server


@dataclass
class World:
    """A journal that is real, and a clock that goes on by a minute each time it is looked at."""

    api: ApiServer
    journal: Journal
    pauses: list[float] = field(default_factory=list)
    running: list[asyncio.Task[None]] = field(default_factory=list)
    now: datetime = datetime(2026, 5, 4, tzinfo=UTC)

    def settings(self, **given: Any) -> KubernetesSettings:
        """Settings for the API server."""
        usual = {
            "type": "kubernetes",
            "instance": "https://north.k8s.example.com/",
            "url": self.api.url,
            "token": TOKEN,
        }
        return KubernetesSettings.model_validate(usual | given)

    @asynccontextmanager
    async def source(self, receive: Receive | None = None, *, lists: int = 1, **given: Any) -> AsyncIterator[None]:
        """A source with the journal's checkpoints, until the end of the block; it has listed all when it begins."""
        context = Context("cluster", lambda: None, self.journal.checkpoints("cluster"), Metrics(), self._clock)
        source = Kubernetes(self.settings(**given), context, sleep=self._sleep)
        before = len(self.watches())
        task = asyncio.create_task(source.run(receive or self.journal.append))
        self.running = [task]
        try:
            await eventually(lambda: task.done() or len(self.watches()) >= before + lists)
            yield
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def told(self) -> list[Json]:
        """All that was told so far."""
        return [orjson.loads(record.notification.body) for record in await self.journal.read(0, 100_000)]

    async def hears(self, count: int) -> list[Json]:
        """All that was told, once it is so much, and no more for some time."""
        coming = asyncio.ensure_future(self.journal.wait(count - 1))
        await asyncio.wait([coming, *self.running], timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        assert coming.done(), await self.told()
        await asyncio.sleep(0.02)
        return await self.told()

    async def knows(self, name: str) -> None:
        """Returns when something is known of an object of this name."""
        await eventually(lambda: f'"name":"{name}"' in "".join(self.journal.checkpoints("cluster").values()))

    def watches(self) -> list[tuple[str, dict[str, str]]]:
        """All watches that were asked for."""
        return [each for each in self.api.asked if "watch" in each[1]]

    def _clock(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
async def world(api: ApiServer, tmp_path: Path) -> AsyncIterator[World]:
    """A world with an empty journal."""
    journal = Journal(tmp_path / "journal.db", max_bytes=64 << 20)
    yield World(api, journal)
    await journal.aclose()
