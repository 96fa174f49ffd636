"""Polls GitHub for the deliveries of a webhook that did not arrive, and tells what they brought.

What was told and how far that is come to disk together: what was told before a crash and what comes after it fit
together. An event has the same ids, whether its webhook brought it or this source.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog

from adapters.model import Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.github_deliveries.api import Api, DeliveriesUnknown
from adapters.sources.github_deliveries.delivery import Delivery, notified
from adapters.sources.github_deliveries.progress import Progress
from adapters.sources.github_deliveries.settings import GithubDeliveriesSettings
from adapters.sources.keeping import keep, restored
from adapters.sources.pace import Pace
from adapters.sources.patience import Sleep, gently, patient

KEY = "deliveries"
"""The key of the source's only checkpoint."""

TOGETHER = 20
"""Deliveries that come to disk at once, at most."""

KEPT = timedelta(days=3)
"""How long GitHub knows a delivery (docs.github.com/webhooks, Viewing webhook deliveries)."""

_log = structlog.get_logger(__name__)


class GithubDeliveries:
    """One webhook's deliveries; `sleep` waits between two polls, two requests, and after trouble."""

    def __init__(self, settings: GithubDeliveriesSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Nothing is asked yet; raises ConfigError where an App's key is none, or a checkpoint is not its own."""
        self._settings, self._context, self._sleep = settings, context, context.pulse.resting(sleep)
        asks = lambda: context.pulse.rest(settings.timeout)  # noqa: E731 - it has no better name than its parameter
        self._api = Api(settings, lambda: context.clock().timestamp(), asks)
        self._pace = Pace(settings.requests_per_second, time.monotonic, self._sleep)
        fresh = Progress((settings.since or context.clock()).timestamp())
        self._progress = restored(context, KEY, Progress.loads, fresh)
        self._kept: Progress | None = None
        self._missed = settings.hears == "missed"

    async def run(self, receive: Receive) -> None:
        """Polls until cancelled; what fails is tried again, after longer and longer pauses."""
        await self._keep(receive, [], self._progress)  # whenever it is started again, it goes on from here
        self._report()
        trouble = "GitHub does not tell what was delivered"
        polling = patient(self._context.name, DeliveriesUnknown, trouble, self._sleep)
        while True:
            await polling(gently, self._context.name, self._sleep, self.poll, receive)
            await self._sleep(self._settings.poll)

    async def poll(self, receive: Receive) -> None:
        """Hands over what was not told yet; raises DeliveriesUnknown or Limited, and then goes on from where it was."""
        listed, latest = await self._listed()
        news = self._progress.news(listed, missed=self._missed)
        for first in range(0, len(news), TOGETHER):
            await self._tell(receive, news[first : first + TOGETHER])
        self._progress = self._progress.ended(latest, self._settings.overlap)
        if self._progress != self._kept:
            await self._keep(receive, [], self._progress)

    def _report(self) -> None:
        since = self._context.clock().timestamp() - self._progress.since
        if since > KEPT.total_seconds():
            hint = "GitHub knows deliveries for three days: what was missed before is lost"
            _log.warning(hint, source=self._context.name, days=round(since / 86400, 1))

    async def _listed(self) -> tuple[list[Delivery], float]:
        """What was tried since and counts, and when the last one was; a page that begins before that is the last."""
        found: list[Delivery] = []
        since = latest = self._progress.since
        pages = self._api.pages()
        while (page := await self._next(pages)) is not None:
            found += (each for each in page if each.at >= since and (each.again or not (self._missed and each.arrived)))
            latest = max([latest, *(each.at for each in page)])
            if any(each.at < since for each in page):
                break
        return found, latest

    async def _next(self, pages: Iterator[list[Delivery]]) -> list[Delivery] | None:
        await self._pace()
        return await asyncio.to_thread(next, pages, None)

    async def _tell(self, receive: Receive, news: Sequence[Delivery]) -> None:
        found = [await self._heard(each) for each in news]
        progress = self._progress.after(news)
        await self._keep(receive, [each for each in found if each is not None], progress)
        self._progress = progress

    async def _heard(self, delivery: Delivery) -> Notification | None:
        await self._pace()
        detail = await asyncio.to_thread(self._api.delivery, delivery.number)
        translator = self._context.translator()
        sent = notified(detail, translator.headers if translator else ())
        if sent is None:
            _log.warning("GitHub has forgotten what it sent", source=self._context.name, delivery=delivery.guid)
            return None
        body, headers = sent
        return Notification(self._context.name, body, self._context.clock(), headers)

    async def _keep(self, receive: Receive, heard: Sequence[Notification], progress: Progress) -> None:
        await keep(self._context, receive, self._sleep, heard, (KEY, progress.dumps()))
        self._kept = progress
