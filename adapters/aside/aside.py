"""Starts a process that renders when there is a backlog that is worth it, and ends it when there is none any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from adapters.aside.backlog import Backlog
from adapters.aside.connection import ROOM, Connection, Span, span, started
from adapters.aside.plan import Plan, generation
from adapters.child.process import Ended
from adapters.model import Record
from adapters.route.chunk import Answer
from adapters.translators import Exporters, Translators

AGAIN, LONGEST = 30.0, 3600.0
"""Seconds after one that could not help until the next, and at most after several."""

LOOK = 1.0
"""Seconds between two looks at whether it is to end."""

LATELY = 16
"""Batches of which it is known who rendered them for the first of the routes."""

FEWEST = 10
"""Records that a batch has at least, where it is worth to send it to and fro."""

_log = structlog.get_logger(__name__)


class Aside:
    """Another process for all routes, as in `route.chunk`: it renders by the mappings that are loaded here.

    `clock` has seconds, and `backlog` says when there is to be one.
    """

    def __init__(
        self,
        plan: Plan,
        mappings: Translators,
        exports: Exporters,
        backlog: Backlog | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._plan, self._mappings, self._exports = plan, mappings, exports
        self._backlog, self._clock = backlog or Backlog(), clock
        self._connection: Connection | None = None
        self._running: asyncio.Task[None] | None = None
        self._lately: dict[Span, bool] = {}
        self._theirs = 0
        self._not_before, self._pause = 0.0, AGAIN

    @property
    def ahead(self) -> int:
        """How many batches a route is to read: those that the process has room for, and one that is rendered here."""
        return 1 if self._connection is None else ROOM + 1

    @property
    def pid(self) -> int | None:
        """The number of the process, while it is there."""
        return None if self._connection is None else self._connection.pid

    def begin(self, route: str, records: Sequence[Record]) -> asyncio.Future[Answer] | None:
        """Has a batch of a backlog rendered there, where the process is there and has room; starts it where it pays."""
        if len(records) < FEWEST:
            return None
        pays = self._backlog.pays()
        if self._running is None or self._running.done():
            if pays and self._clock() >= self._not_before:
                self._running = asyncio.create_task(self._run())
        elif self._connection is not None and self._current() and self._takes(self._connection, records):
            return self._connection.ask(route, records)
        return None

    def _takes(self, connection: Connection, records: Sequence[Record]) -> bool:
        """Whether these are for it: what one route has rendered there, the others have too: it is translated once."""
        takes = self._lately.setdefault(span(records), connection.asked < ROOM)
        while len(self._lately) > LATELY:
            del self._lately[next(iter(self._lately))]
        return takes

    async def aclose(self) -> None:
        """Ends the process."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    @property
    def revision(self) -> int:
        """Another number after each loading of a mapping."""
        return self._mappings.revision + self._exports.revision

    def _current(self) -> bool:
        """Whether no mapping was loaded here since the process was found to have the same."""
        return self._theirs == self.revision

    async def _run(self) -> None:
        """Has a process as long as it is of use."""
        try:
            async with started() as connection:
                await self._load(connection)
                await self._used(connection)
                self._pause = AGAIN
        except (OSError, Ended) as error:
            _log.warning("no other process helps with the backlog: all is rendered here", reason=str(error))
            self._wait()
        except Exception as error:  # noqa: BLE001 - nobody waits for this, and without help all comes through as well
            _log.error("a bug, please report it: nobody helps with the backlog", exc_info=error)
            self._wait()

    def _wait(self) -> None:
        self._not_before = self._clock() + self._pause
        self._pause = min(2 * self._pause, LONGEST)

    async def _load(self, connection: Connection) -> None:
        """Has the process load what this one has; raises Ended where that is not what the files have by now."""
        self._theirs = self.revision
        theirs, ours = await connection.load(self._plan.written()), generation(self._mappings, self._exports)
        if theirs is None or any(ours.get(name) != seen for name, seen in theirs.items()):
            raise Ended("the files of a mapping have changed, and are not loaded here")

    async def _used(self, connection: Connection) -> None:
        """Has the routes use it, while there is a backlog and it renders as this process would."""
        self._connection = connection
        self._lately.clear()
        _log.info("another process helps with the backlog", pid=self.pid)
        work = [asyncio.create_task(each) for each in (connection.listen(), connection.watch())]
        try:
            while self._current() and not self._backlog.over:
                done, _ = await asyncio.wait(work, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
                for each in done:
                    each.result()
        finally:
            self._connection = None
            for each in work:
                each.cancel()
            await asyncio.wait(work)
