"""Polls a Gerrit for the changes that were updated, and tells of each what it has not told before.

A change tells its own history (`adapters.sources.gerrit.history`). Pages of changes and the progress that they are come
to disk together: what was told before a crash and what comes after it fit together.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from adapters.errors import ConfigError, Problem
from adapters.gerrit import client
from adapters.model import Receive
from adapters.redaction import redaction
from adapters.sources.contract import Context
from adapters.sources.gerrit import changes
from adapters.sources.gerrit.attributes import Json
from adapters.sources.gerrit.events import Event
from adapters.sources.gerrit.keeping import keep
from adapters.sources.gerrit.rest import BackfillFailed, Rest, whole
from adapters.sources.gerrit_api.progress import Progress
from adapters.sources.gerrit_api.report import report
from adapters.sources.gerrit_api.settings import GerritApiSettings
from adapters.sources.keeping import restored
from adapters.sources.pace import Pace
from adapters.sources.patience import Sleep, patient

KEY = "changes"
"""The key of the source's only checkpoint."""


class GerritApi:
    """One Gerrit's changes; `sleep` waits between two polls, two requests, and after trouble."""

    def __init__(self, settings: GerritApiSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Nothing is asked yet; raises ConfigError where the client is not installed or a checkpoint is not its own."""
        _check_client()
        self._settings, self._context, self._sleep = settings, context, context.pulse.resting(sleep)
        url = settings.url or settings.instance
        asks = lambda: context.pulse.rest(settings.timeout)  # noqa: E731 - it has no better name than its parameter
        api = client(url, settings.user, settings.tls, settings.timeout, whole())
        self._rest = Rest(api, redaction(settings), asks=asks)
        self._pace = Pace(settings.requests_per_second, time.monotonic, self._sleep)
        self._progress = restored(
            context, KEY, Progress.loads, Progress(int((settings.since or context.clock()).timestamp()))
        )
        self._kept: Progress | None = None
        self._overlap = int(settings.overlap)

    async def run(self, receive: Receive) -> None:
        """Says what it sees, then polls until cancelled; what fails is tried again, after longer and longer pauses."""
        await self._keep(receive, [], self._progress)  # whenever it is started again, it goes on from here
        await asyncio.to_thread(report, self._rest, self._settings, self._context.name)
        polling = patient(self._context.name, BackfillFailed, "Gerrit does not tell of its changes", self._sleep)
        while True:
            await polling(self.poll, receive)
            await self._sleep(self._settings.poll)

    async def poll(self, receive: Receive) -> None:
        """Hands over what was not told yet; raises BackfillFailed, and then goes on from where it was."""
        since = self._progress.since
        pages = changes.pages(self._rest, since, before=self._progress.before, query=self._settings.query)
        while (page := await self._next(pages)) is not None:
            events = self._progress.news(changes.told(page, since, self._settings.instance))
            progress = self._progress.after(page, events, self._overlap)
            if events:
                await self._keep(receive, events, progress)
            self._progress = progress
        self._progress = self._progress.ended(self._overlap)
        if self._progress != self._kept:
            await self._keep(receive, [], self._progress)

    async def _next(self, pages: Iterator[list[Json]]) -> list[Json] | None:
        await self._pace()
        return await asyncio.to_thread(next, pages, None)

    async def _keep(self, receive: Receive, events: Sequence[Event], progress: Progress) -> None:
        await keep(self._context, receive, self._sleep, events, (KEY, progress.dumps()))
        self._kept = progress


def _check_client() -> None:
    if find_spec("pygerrit2") is None:
        raise ConfigError([Problem("gerrit-api", "pygerrit2 not installed", "pip install 'cdevents-adapters[gerrit]'")])
