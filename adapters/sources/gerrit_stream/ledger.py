"""Events on disk, together with the progress that they make."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from adapters.model import Receive
from adapters.sources.contract import Context
from adapters.sources.gerrit.events import Event
from adapters.sources.gerrit.keeping import keep
from adapters.sources.gerrit_stream.progress import Progress
from adapters.sources.patience import Sleep

KEY = "stream"
"""The key of the source's only checkpoint."""


class Ledger:
    """Shared by who listens and who fills gaps; what cannot be kept now is kept later."""

    def __init__(self, context: Context, progress: Progress, receive: Receive, sleep: Sleep) -> None:
        self.progress = progress
        self._context, self._receive, self._sleep = context, receive, sleep
        self._turn = asyncio.Lock()
        self._interrupted = asyncio.Event()

    async def commit(self, events: Sequence[Event], step: Callable[[Progress], Progress]) -> None:
        """Keeps the events and the step that they are; one at a time, lest an older checkpoint come last."""
        async with self._turn:
            checkpoint = KEY, step(self.progress).dumps()
            await keep(self._context, self._receive, self._sleep, events, checkpoint)
            self.progress = step(self.progress)

    def interrupt(self) -> None:
        """A gap opens: from here on, events may be missing."""
        self.progress = self.progress.interrupted()
        self._interrupted.set()

    async def interruption(self) -> None:
        """Returns when a gap has opened since the last one that was waited for."""
        await self._interrupted.wait()
        self._interrupted.clear()
