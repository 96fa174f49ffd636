"""Watches a JENKINS_HOME, without Jenkins' help: a poll of directories is the truth, for no file system hides it.

What was told before a crash and what comes after it fit together: the checkpoints are each job's progress. A build that
has no build.xml yet (it is not a Pipeline's) and was already there at the first look is told when it ends.
"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from adapters.model import Receive
from adapters.settings import Duration, Size, TimeZone
from adapters.sources.contract import Context, SourceSettings
from adapters.sources.jenkins.keeping import Keeper, Sleep
from adapters.sources.jenkins.progress import SINCE, Since
from adapters.sources.jenkins_home.archived import Name
from adapters.sources.jenkins_home.reader import Reader
from adapters.sources.jenkins_home.stamps import Stamps
from adapters.sources.jenkins_home.tree import Tree
from adapters.sources.jenkins_home.watch import Watch


class JenkinsHomeSettings(SourceSettings):
    """Where Jenkins keeps its jobs.

    `home` is the directory with `jobs` in it; it is only read. Links that lead out of it are followed into the roots of
    `follow` only. Files of more than `max_file` are skipped. Without `history`, the builds that are there at the very
    first start are passed over, and those of jobs that come later and began before it. `time_zone` is that of
    directories with a date, as Jenkins before 1.597 named them. `archive` names files that builds archive, whose texts
    are told with their ends.
    """

    type: Literal["jenkins-home"]
    home: Annotated[str, Field(min_length=1)]
    poll: Annotated[Duration, Field(gt=0)] = 1.0
    max_file: Annotated[Size, Field(gt=0)] = 16 << 20
    history: bool = True
    follow: list[Annotated[str, Field(pattern="^/")]] = []
    time_zone: TimeZone = "UTC"
    archive: list[Name] = []


class JenkinsHome:
    """The source; `sleep` waits between two looks."""

    def __init__(self, settings: JenkinsHomeSettings, context: Context, sleep: Sleep = asyncio.sleep) -> None:
        self._settings, self._sleep = settings, context.pulse.resting(sleep)
        self._keeper = Keeper(context, self._sleep)
        stamps = Stamps(time.time_ns, context.pulse.beat)
        tree = Tree(settings.home.rstrip("/"), stamps, settings.follow)
        reader = Reader(settings.max_file, ZoneInfo(settings.time_zone), settings.archive)
        told = {job: text for job, text in context.checkpoints.items() if job != SINCE}
        known = context.checkpoints.get(SINCE)
        began = Since(int(known) if known else int(context.clock().timestamp() * 1000))
        self._began = None if known or settings.history else began
        self._watch = Watch(tree, stamps, reader, told, 0 if settings.history else began.time)

    async def run(self, receive: Receive) -> None:
        """Look, hand over, wait, for ever."""
        while True:
            await self.look(receive)
            await self._sleep(self._settings.poll)

    async def look(self, receive: Receive) -> None:
        """Hands over what has come since the last look."""
        if self._began:
            await self._keeper.keep(receive, [], {SINCE: self._began})
            self._began = None
        batches = self._watch.look()
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            await self._keeper.keep(receive, batch.documents, batch.progress)
