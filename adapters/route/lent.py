"""What a broker still has, for it is told of it only when each route has passed it: `ack: delivered`.

Where it is to come again, here or to another replica, nothing may come of it here any more, or two would publish it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

import structlog

from adapters.errors import JournalUnavailable
from adapters.journal import Journal
from adapters.model import LENT, Checkpoint, Notification
from adapters.route.route import Route

_KEY = "acknowledged"
"""The checkpoint of a source that says up to which record its broker has been told."""

_log = structlog.get_logger(__name__)


class Lent:
    """What one source has handed over and its broker was not told of. Where it fails it cancels all of that."""

    def __init__(self, journal: Journal, source: str, routes: Callable[[], Mapping[str, Route]]) -> None:
        self._journal, self._source, self._routes = journal, source, routes
        self._told = max(int(journal.checkpoints(source).get(_KEY, 0)), _passed(journal))

    async def passed(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Keeps notifications, and returns when each route has passed them; cancelled, it takes them back."""
        lent = [each._replace(headers={**each.headers, LENT: "true"}) for each in notifications]
        told = Checkpoint(self._source, _KEY, str(self._told))
        try:
            seq = await self._journal.append(lent, [*checkpoints, told])
            await self._journal.passed(seq)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.ensure_future(self.take_back()))
            raise
        self._told = max(self._told, seq)

    async def take_back(self) -> None:
        """Returns when nothing that the broker still has is published here any more, nor left to be."""
        async with AsyncExitStack() as holding:
            for route in self._routes().values():
                await holding.enter_async_context(route.held())
            try:
                count = await self._journal.take_back(self._source, self._told)
            except JournalUnavailable as error:
                _log.warning("what comes again may be published twice", source=self._source, reason=str(error))
            else:
                if count:
                    _log.info("left to who hears it next: it was not delivered", source=self._source, records=count)


def _passed(journal: Journal) -> int:
    """Up to where all routes had come that there were: what a new one has not passed yet is for it, too."""
    return min((cursor for route in journal.routes or () if (cursor := journal.cursor(route))), default=0)
