"""A GitHub, and a journal that outlives the sources that write it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.journal import Journal
from adapters.mapping import load
from adapters.metrics import Metrics
from adapters.model import CDEvent, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.github_deliveries.settings import GithubDeliveriesSettings
from adapters.sources.github_deliveries.source import GithubDeliveries
from tests.sources.github_deliveries.fake import HOOK, NOW, FakeGithub, listening
from tests.waiting import eventually

Settings = Callable[..., GithubDeliveriesSettings]
POLL = 61.0
TRANSLATOR = load("github/events", instance="https://github.com/", variables={})


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Nothing was delivered yet."""
    with listening() as fake:
        yield fake


@pytest.fixture
def settings(github: FakeGithub) -> Settings:
    """Settings for it, but for what is given; it may be asked as often as one likes."""
    usual = {"type": "github-deliveries", "instance": "https://github.com/", "url": github.url, "hook": HOOK}
    gently = {"token": "ghp_not-a-real-token", "poll": POLL, "requests_per_second": 1e6, "overlap": 10}
    return lambda **given: GithubDeliveriesSettings.model_validate(usual | gently | given)


@dataclass
class World:
    """A journal that is real, and a time that passes at once."""

    journal: Journal
    pauses: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def source(self, settings: GithubDeliveriesSettings, receive: Receive | None = None) -> AsyncIterator[None]:
        """A source with the journal's checkpoints, until the end of the block."""
        task = asyncio.create_task(self.made(settings).run(receive or self.journal.append))
        try:
            yield
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.wait([task])

    def made(self, settings: GithubDeliveriesSettings) -> GithubDeliveries:
        """A source that knows what is on disk."""
        kept, metrics = self.journal.checkpoints("github"), Metrics()
        now = datetime.fromtimestamp(NOW, UTC)
        return GithubDeliveries(
            settings, Context("github", lambda: TRANSLATOR, kept, metrics, lambda: now), sleep=self.sleep
        )

    async def sleep(self, seconds: float) -> None:
        """Takes no time, but a note of how much it was to take."""
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def polled(self, times: int = 1) -> None:
        """Waits until all was asked for so often again, from beginning to end."""
        wanted = self.pauses.count(POLL) + times + 1
        await eventually(lambda: self.pauses.count(POLL) >= wanted)

    async def heard(self) -> list[Notification]:
        """What is on disk."""
        return [record.notification for record in await self.journal.read(0, 100_000)]

    async def events(self) -> list[CDEvent]:
        """What becomes of it."""
        return [event for each in await self.heard() for event in TRANSLATOR.translate(each).events]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An empty journal."""
    journal = Journal(tmp_path / "journal.db", max_bytes=64 << 20)
    yield World(journal)
    await journal.aclose()
