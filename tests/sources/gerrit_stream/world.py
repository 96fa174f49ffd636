"""A source at work, between a Gerrit that does as it is told and a journal that is real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import orjson

from adapters import mapping
from adapters.journal import Journal
from adapters.mapping import Translator
from adapters.metrics import Metrics
from adapters.model import Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.gerrit_stream.source import GerritStream
from tests.sources.gerrit.said import INSTANCE, MOMENT, Json


@dataclass
class Running:
    """A source at work on a real journal, in a world where nobody has to wait."""

    journal: Journal
    pauses: list[float] = field(default_factory=list)
    now: datetime = MOMENT

    @asynccontextmanager
    async def source(self, settings: GerritStreamSettings, receive: Receive | None = None) -> AsyncIterator[None]:
        """A source with the journal's checkpoints, until the end of the block."""
        context = Context(
            name="gerrit",
            translator=lambda: None,
            checkpoints=self.journal.checkpoints("gerrit"),
            metrics=Metrics(),
            clock=lambda: self.now,
        )
        source = GerritStream(settings, context, sleep=self.sleep)
        task = asyncio.create_task(source.run(receive or self.journal.append))
        try:
            yield
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def sleep(self, seconds: float) -> None:
        """Takes no time, but a note of how much it was to take."""
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    @property
    def complete(self) -> int | None:
        """The checkpoint on disk: up to when nothing is missing."""
        kept = self.journal.checkpoints("gerrit").get("stream")
        return orjson.loads(kept)["complete"] if kept else None

    async def bodies(self) -> list[bytes]:
        """What is on disk."""
        return [record.notification.body for record in await self.journal.read(0, 100_000)]

    async def ids(self) -> set[str]:
        """The ids of the CDEvents of all that is on disk."""
        return ids(await self.bodies())

    async def until_kept(self, said: Sequence[Json]) -> None:
        """Waits until the CDEvents of all that was said are on disk, and nothing else; then, until it is complete."""
        wanted, latest = ids([orjson.dumps(each) for each in said]), max(each["eventCreatedOn"] for each in said)
        async with asyncio.timeout(20):
            while not wanted <= await self.ids() or (self.complete or 0) < latest:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        assert await self.ids() == wanted


def ids(bodies: list[bytes]) -> set[str]:
    """The ids of the CDEvents that events become."""
    notifications = [Notification("gerrit", body, MOMENT) for body in bodies]
    return {made.id for each in notifications for made in _translator().translate(each).events}


@cache
def _translator() -> Translator:
    return mapping.load("gerrit/events", instance=INSTANCE, variables={"minor_events": True})
