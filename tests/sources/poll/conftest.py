"""An API, and a journal that outlives the sources that write it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.journal import Journal
from adapters.metrics import Metrics
from adapters.model import Receive
from adapters.sources.contract import Context
from adapters.sources.poll.settings import PollSettings
from adapters.sources.poll.source import Poll
from tests.sources.poll.fake import NOW, FakeApi, listening

Settings = Callable[..., PollSettings]


@pytest.fixture
def api() -> Iterator[FakeApi]:
    """It knows nothing yet."""
    with listening() as fake:
        yield fake


@pytest.fixture
def settings(api: FakeApi) -> Settings:
    """Settings for it, but for what is given; it may be asked as often as one likes."""
    usual = {"type": "poll", "instance": "https://ci.example.com/", "url": f"{api.url}/builds", "since": "beginning"}
    return lambda **given: PollSettings.model_validate(usual | {"requests_per_second": 1e6} | given)


@dataclass
class World:
    """A journal that is real, and a time that passes when it is told to."""

    journal: Journal
    now: float = NOW
    pauses: list[float] = field(default_factory=list)

    def source(self, settings: PollSettings) -> Poll:
        """A source that knows what is on disk."""
        kept, metrics = self.journal.checkpoints("builds"), Metrics()
        context = Context("builds", lambda: None, kept, metrics, lambda: datetime.fromtimestamp(self.now, UTC))
        return Poll(settings, context, sleep=self.sleep)

    async def polled(self, settings: PollSettings, times: int = 1, receive: Receive | None = None) -> list[Any]:
        """What a source that starts now tells in so many polls."""
        source, before = self.source(settings), len(await self.heard())
        for _ in range(times):
            await source.poll(receive or self.journal.append)
        return (await self.heard())[before:]

    async def sleep(self, seconds: float) -> None:
        """Takes no time, but a note of how much it was to take."""
        self.pauses.append(seconds)
        self.now += seconds

    async def heard(self) -> list[Any]:
        """What is on disk, in its order."""
        return [orjson.loads(record.notification.body) for record in await self.journal.read(0, 100_000)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An empty journal."""
    journal = Journal(tmp_path / "journal.db", max_bytes=64 << 20)
    yield World(journal)
    await journal.aclose()
