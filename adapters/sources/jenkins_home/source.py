"""Watches a JENKINS_HOME, without Jenkins' help: a poll of directories is the truth, for no file system hides it.

What was told before a crash and what comes after it fit together: the checkpoints are each job's progress. A build that
has no build.xml yet (it is not a Pipeline's) and was already there at the first look is told when it ends.

Where the first look has much to tell, and there is a core for it, another process reads the rest, from where this one
was, as one that is started again would; then this one looks at what has come meanwhile.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from contextlib import aclosing

import structlog

from adapters.child.process import Ended
from adapters.model import Receive
from adapters.sources.contract import Context
from adapters.sources.jenkins.keeping import Keeper, Sleep
from adapters.sources.jenkins.progress import SINCE, Since
from adapters.sources.jenkins_home.backlog import backlog
from adapters.sources.jenkins_home.home import home
from adapters.sources.jenkins_home.settings import JenkinsHomeSettings

SOON = 1000
"""Documents of the first look that are told about as soon as another process could have been started."""

_log = structlog.get_logger(__name__)


class JenkinsHome:
    """The source; `sleep` waits between two looks."""

    def __init__(self, settings: JenkinsHomeSettings, context: Context, sleep: Sleep = asyncio.sleep) -> None:
        self._settings, self._pulse, self._alone = settings, context.pulse, context.spare < 1
        self._sleep = context.pulse.resting(sleep)
        self._keeper = Keeper(context, self._sleep)
        told = {job: text for job, text in context.checkpoints.items() if job != SINCE}
        known = context.checkpoints.get(SINCE)
        began = Since(int(known) if known else int(context.clock().timestamp() * 1000))
        self._began = None if known or settings.history else began
        self._home = home(settings, 0 if settings.history else began.time)
        self._watch = self._home.watch(told, self._pulse.beat)

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
        alone = self._alone or self._watch.looked
        if not await self._looked(receive, math.inf if alone else SOON):
            self._watch = self._home.watch(await self._caught_up(receive), self._pulse.beat)
            await self._looked(receive)

    async def _looked(self, receive: Receive, most: float = math.inf) -> bool:
        """Whether everything was handed over, and it was not much more than so many documents."""
        batches, count = self._watch.look(), 0
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            if count >= most:
                return False
            await self._keeper.keep(receive, batch.documents, batch.progress)
            count += len(batch.documents)
        return True

    async def _caught_up(self, receive: Receive) -> dict[str, str]:
        """Has another process read what is untold, as far as it comes; what was told then."""
        told = self._watch.told
        try:
            async with aclosing(backlog(self._home, told, self._pulse.beat)) as batches:
                async for documents, progress in batches:
                    await self._keeper.keep_written(receive, documents, progress)
                    _note(told, progress)
        except (OSError, Ended) as error:
            _log.warning("no other process reads the builds that are there: this one does", reason=str(error))
        return told


def _note(told: dict[str, str], progress: Mapping[str, str | None]) -> None:
    for job, text in progress.items():
        if text is None:
            del told[job]
        else:
            told[job] = text
