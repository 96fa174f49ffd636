"""Polls a Jenkins: one request for all jobs, and more only for those with builds that are new or still run.

What was told before a crash and what comes after it fit together: the checkpoints are each job's progress.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence

import structlog

from adapters.logs import Seldom
from adapters.model import Receive
from adapters.sources.contract import Context
from adapters.sources.jenkins.documents import encoded
from adapters.sources.jenkins.keeping import Keeper, Sleep
from adapters.sources.jenkins.news import news
from adapters.sources.jenkins.passed_over import PassedOver
from adapters.sources.jenkins.progress import Progress, parse
from adapters.sources.jenkins_api import build
from adapters.sources.jenkins_api.answers import Job, Json, whole
from adapters.sources.jenkins_api.client import Client, TryAgain, connected
from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from adapters.sources.pace import Pace

PAGE = 50
"""Builds that are asked for at once."""

_MOST_KNOWN = 10_000
_MOST_UPSTREAM = 50

_log = structlog.get_logger(__name__)


class JenkinsApi:
    """The source; `sleep` waits between two polls, two requests, and after trouble."""

    def __init__(self, settings: JenkinsApiSettings, context: Context, sleep: Sleep = asyncio.sleep) -> None:
        """Nothing is asked yet; raises ConfigError when the client's package is missing."""
        self._settings, self._sleep = settings, context.pulse.resting(sleep)
        self._keeper = Keeper(context, self._sleep)
        pace = Pace(settings.requests_per_second, time.monotonic, self._sleep)
        asks = lambda: context.pulse.rest(settings.timeout)  # noqa: E731 - it has no better name than its parameter
        self._client = Client(connected(settings), pace, self._sleep, asks)
        self._progress = {url: parse(text) for url, text in context.checkpoints.items()}
        self._passes_over = not settings.history and not context.checkpoints
        self._queued: dict[int, int] = {}
        self._roots: dict[str, str] = {}
        self._seldom, self._passed_over = Seldom(), PassedOver()
        self._reported = False

    async def run(self, receive: Receive) -> None:
        """Poll, hand over, wait, for ever."""
        while True:
            await self.poll(receive)
            await self._sleep(self._settings.poll)

    async def poll(self, receive: Receive) -> None:
        """Hands over what has come since the last poll."""
        self._queued = dict(sorted((self._queued | await self._client.queue()).items())[-_MOST_KNOWN:])
        jobs = await self._client.jobs(self._settings.folders, self._passed_over)
        self._report(jobs)
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

    def _report(self, jobs: Sequence[Job]) -> None:
        """Says what there is, at the start; a Jenkins without jobs with builds is worth a warning."""
        self._passed_over.tell()
        if self._reported:
            return
        self._reported = True
        if jobs:
            _log.info("Jenkins answers", url=self._settings.instance, jobs=len(jobs))
        elif not self._progress:
            hint = "does the user have Overall/Read and Job/Read, and are the jobs in no deeper `folders`?"
            _log.warning("Jenkins shows no jobs with builds", url=self._settings.instance, hint=hint)

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
                yield [value for value in reversed(page.builds) if (whole(value.get("number")) or top) > top]
                oldest = newest
            last, oldest = page.last, oldest + page.last - last

    async def _tell(self, receive: Receive, job: Job, values: Sequence[Json]) -> None:
        """Hands over what builds of a job say that was not told before."""
        progress = self._progress.get(job.url, Progress())
        documents: list[Json] = []
        for value in values:
            try:
                found = await self._described(value, job)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                if self._seldom.allows(job):
                    _log.warning("build skipped, it is not as builds are", job=job.url, reason=repr(error))
                continue
            tidings = news(found, progress.told(found["number"]))
            documents += tidings.documents
            progress = progress.after(found["number"], tidings.told, ended=tidings.ended)
        await self._keep(receive, documents, {job.url: progress})

    async def _described(self, value: Json, job: Job) -> Json:
        found = build.described(value, job.url)
        if (whole_run := job.whole(found["number"])) is not None:
            found |= {"part_of": whole_run, "root": found.get("upstream", whole_run)}
        found["root"] = await self._root(found["url"], found["root"])
        if (queued := self._queued.get(found.get("queue_id", 0))) is not None:
            found["queued"] = queued
        if found["pipeline"] and self._settings.stages:
            found["stages"] = build.stages(await self._client.describe(job.url, found["number"]) or {})
        encoded(found)
        return found

    async def _root(self, url: str, upstream: str) -> str:
        """The build at the top of those that started one another, of which the API names one at a time."""
        path = [url]
        while upstream not in path and len(path) < _MOST_UPSTREAM:
            path.append(upstream)
            if (known := self._roots.get(upstream)) is not None:
                path.append(known)
                break
            upstream = await self._client.upstream(upstream) or upstream
        self._roots |= dict.fromkeys(path, path[-1])
        while len(self._roots) > _MOST_KNOWN:
            del self._roots[next(iter(self._roots))]
        return path[-1]

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
