"""Watches a JENKINS_HOME, without Jenkins' help: a poll of directories is the truth, for no file system hides it.

What was told before a crash and what comes after it fit together: the checkpoints are each job's progress. A build that
has no build.xml yet (it is not a Pipeline's) and was already there at the first look is told when it ends.
"""

from __future__ import annotations

import asyncio
import time
from zoneinfo import ZoneInfo

from adapters.model import Receive
from adapters.sources.contract import Context
from adapters.sources.jenkins.keeping import Keeper, Sleep
from adapters.sources.jenkins.progress import SINCE, Since
from adapters.sources.jenkins_home.reader import Reader
from adapters.sources.jenkins_home.settings import JenkinsHomeSettings
from adapters.sources.jenkins_home.stamps import Stamps
from adapters.sources.jenkins_home.tree import Tree
from adapters.sources.jenkins_home.watch import Watch


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
