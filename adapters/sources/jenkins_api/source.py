"""Polls a Jenkins: one request for all jobs, and more only for those with builds that are new or still run.

What was told before a crash and what comes after it fit together: the checkpoints are each job's progress.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import structlog

from adapters.logs import Seldom
from adapters.model import Receive
from adapters.sources.contract import Context
from adapters.sources.jenkins.keeping import Keeper, Sleep
from adapters.sources.jenkins.news import news
from adapters.sources.jenkins.progress import Progress, parse
from adapters.sources.jenkins_api import build
from adapters.sources.jenkins_api.client import Client, Job, Json, TryAgain, connected
from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from adapters.sources.pace import Pace

PAGE = 50
"""Builds that are asked for at once."""

_MOST_KNOWN = 10_000

_log = structlog.get_logger(__name__)


class JenkinsApi:
    """The source; `sleep` waits between two polls, two requests, and after trouble."""

    def __init__(self, settings: JenkinsApiSettings, context: Context, sleep: Sleep = asyncio.sleep) -> None:
        """Nothing is asked yet; raises ConfigError when the client's package is missing."""
        self._settings, self._sleep = settings, sleep
        self._keeper = Keeper(context, sleep)
        self._client = Client(connected(settings), Pace(settings.requests_per_second, time.monotonic, sleep), sleep)
        self._progress = {url: parse(text) for url, text in context.checkpoints.items()}
        self._passes_over = not settings.history and not context.checkpoints
        self._queued: dict[int, int] = {}
        self._roots: dict[str, str] = {}
        self._seldom = Seldom()

    async def run(self, receive: Receive) -> None:
        """Poll, hand over, wait, for ever."""
        while True:
            await self.poll(receive)
            await self._sleep(self._settings.poll)

    async def poll(self, receive: Receive) -> None:
        """Hands over what has come since the last poll."""
        self._queued = dict(sorted((self._queued | await self._client.queue()).items())[-_MOST_KNOWN:])
        jobs = await self._client.jobs(self._settings.folders)
        if not jobs and self._progress:
            if self._seldom.allows("no jobs"):
                _log.warning("Jenkins shows no jobs at all, and did before; may this user still read them?")
            return
        gone = self._progress.keys() - {job.url for job in jobs}
        await self._keep(receive, [], dict.fromkeys(gone))
        if self._passes_over:
            await self._keep(receive, [], {job.url: Progress(job.last) for job in jobs})
            self._passes_over = False
        for job in jobs:
            try:
                await self._job(receive, job)
            except TryAgain as error:
                _log.warning("job left for the next poll", job=job.url, reason=str(error))

    async def _job(self, receive: Receive, job: Job) -> None:
        progress = self._progress.get(job.url, Progress())
        if job.next <= progress.top:
            _log.info("job was made anew, its builds count from the start", job=job.url)
            progress = Progress()
            await self._keep(receive, [], {job.url: progress})
        for number in sorted(progress.open):
            value = await self._client.build(job.url, number)
            if value is None:
                await self._keep(receive, [], {job.url: self._progress[job.url].without([number])})
            else:
                await self._tell(receive, job, [value])
        async for values in self._new(job, progress.top):
            await self._tell(receive, job, values)

    async def _new(self, job: Job, top: int) -> AsyncIterator[list[Json]]:
        """The builds with a number beyond `top`, oldest first, in pages.

        A page is counted from the newest build, so it says nothing when another has come meanwhile.
        """
        last, oldest = job.last, job.last - top
        while oldest > 0:
            newest = max(0, oldest - PAGE)
            if (page := await self._client.page(job.url, newest, oldest)) is None:
                return
            if page.last == last:
                yield [value for value in reversed(page.builds) if value["number"] > top]
                oldest = newest
            last, oldest = page.last, oldest + page.last - last

    async def _tell(self, receive: Receive, job: Job, values: Sequence[Json]) -> None:
        """Hands over what builds of a job say that was not told before."""
        progress = self._progress.get(job.url, Progress())
        documents: list[Json] = []
        for value in values:
            try:
                found = await self._described(value, job)
            except (KeyError, TypeError, AttributeError) as error:
                if self._seldom.allows(job):
                    _log.warning("build skipped, it is not as builds are", job=job.url, reason=repr(error))
                continue
            tidings = news(found, progress.told(found["number"]))
            documents += tidings.documents
            progress = progress.after(found["number"], tidings.told, ended=tidings.ended)
        await self._keep(receive, documents, {job.url: progress})

    async def _described(self, value: Json, job: Job) -> Json:
        found = build.described(value, job.url)
        found["root"] = self._root(found)
        if (queued := self._queued.get(found.get("queue_id", 0))) is not None:
            found["queued"] = queued
        if found["pipeline"] and self._settings.stages:
            found["stages"] = build.stages(await self._client.describe(job.url, found["number"]) or {})
        return found

    def _root(self, found: Mapping[str, Any]) -> str:
        """The API names only the build that started one: what started that is known if it was told lately."""
        root: str = self._roots.get(found["root"], found["root"])
        if root != found["url"]:
            self._roots[found["url"]] = root
        while len(self._roots) > _MOST_KNOWN:
            del self._roots[next(iter(self._roots))]
        return root

    async def _keep(self, receive: Receive, documents: Sequence[Json], progress: Mapping[str, Progress | None]) -> None:
        """Hands over, and remembers how far that is; nothing where nothing has changed."""
        changed = {url: each for url, each in progress.items() if each != self._progress.get(url)}
        if not documents and not changed:
            return
        await self._keeper.keep(receive, documents, changed)
        for url, each in changed.items():
            if each is None:
                del self._progress[url]
            else:
                self._progress[url] = each
