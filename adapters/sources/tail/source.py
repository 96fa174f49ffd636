"""The source: looks at the files again and again, and hands over what is new."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import structlog

from adapters.errors import JournalUnavailable
from adapters.logs import Seldom
from adapters.model import TRUNCATED, Checkpoint, Notification, Receive
from adapters.roots import Roots
from adapters.sources.contract import Context
from adapters.sources.tail.complaints import Complaints
from adapters.sources.tail.followed import Table
from adapters.sources.tail.handles import Handles
from adapters.sources.tail.locator import Locator
from adapters.sources.tail.reader import Reader, Records
from adapters.sources.tail.records import Found, Shape
from adapters.sources.tail.settings import TailSettings, framing
from adapters.sources.tail.shared import Shared
from adapters.sources.tail.watcher import Watcher

RECORDS = 2000
"""About how many records are handed over at a time."""

LEISURE = 33
"""A look at the files is followed by a rest of this many times as long: looking takes 3 % of a core, as a rule."""

LONGEST = 3.0
"""Seconds of such a rest at most: with tens of thousands of files looking takes more, lest their lines be late."""

BUSY = 0.1
"""Seconds between two polls while lines keep coming."""

_BEGUN = "begun"
"""The key of the checkpoint that says that this is not the first start: no stream has it for an id."""

_HEADERS = {"content-type": "text/plain; charset=utf-8"}

_log = structlog.get_logger(__name__)


class _Batch(NamedTuple):
    notifications: Sequence[Notification]
    checkpoints: Sequence[Checkpoint]


class Tail:
    """Follows files. Polling finds everything; what the kernel tells of changes only makes it look sooner.

    The position of a notification is `<stream>:<offset>`: the stream names the bytes of one file, and stays the same
    when the file is renamed, copied aside and truncated, or compressed.
    """

    def __init__(
        self,
        settings: TailSettings,
        context: Context,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings, self._context = settings, context
        self._monotonic, self._sleep = monotonic, context.pulse.resting(sleep)
        kept = {key: value for key, value in context.checkpoints.items() if key != _BEGUN}
        self._first = _BEGUN not in context.checkpoints
        self._table = Table(context.name, kept, monotonic())
        self._handles = Handles(settings.max_open_files, Roots(settings.paths, settings.follow))
        complaints = Complaints(context.name, monotonic)
        wall = lambda: context.clock().timestamp()  # noqa: E731 - it has no better name than its parameter
        shared = Shared(settings, self._table, self._handles, complaints, monotonic, wall, context.pulse)
        self._locator = Locator(shared)
        self._reader = Reader(shared, self._locator)
        self._unkept: _Batch | None = None
        self._looked = 0.0
        self._seldom = Seldom(clock=monotonic)

    async def run(self, receive: Receive) -> None:
        """Follows the files until cancelled."""
        try:
            with Watcher(self._context.name) as watcher:
                while True:
                    await self._rest(watcher, found=await self._patient_poll(receive))
        finally:
            self.close()

    async def poll(self, receive: Receive) -> bool:
        """Hands over all that is new now; whether there was anything.

        Raises JournalUnavailable, after which the next poll goes on where it was.
        """
        await self._keep(receive)
        await asyncio.to_thread(self._look)
        found = False
        while batch := await asyncio.to_thread(self._next):
            self._unkept = batch
            await self._keep(receive)
            found = found or bool(batch.notifications)
        return found

    def close(self) -> None:
        """Lets go of all files."""
        self._handles.close()

    async def _patient_poll(self, receive: Receive) -> bool:
        try:
            return await self.poll(receive)
        except JournalUnavailable as error:
            if self._seldom.allows("journal"):
                hint = "what is new stays in the files"
                _log.error("cannot hand over", source=self._context.name, error=str(error), hint=hint)
            return False

    async def _keep(self, receive: Receive) -> None:
        if self._unkept is not None:
            await receive(*self._unkept)
            self._unkept = None

    def _look(self) -> None:
        began = self._monotonic()
        self._locator.look(skip=self._first and self._settings.from_ == "end")
        self._reader.begin(self._shape())
        self._looked = self._monotonic() - began

    def _next(self) -> _Batch | None:
        records = self._reader.read(RECORDS)
        checkpoints = self._table.changes()
        if self._first:
            self._first = False
            checkpoints.append(Checkpoint(self._context.name, _BEGUN, "1"))
        if not (records or checkpoints):
            return None
        return _Batch([*self._notifications(records)], checkpoints)

    def _shape(self) -> Shape:
        framed = framing(self._settings, self._context.translator())
        return Shape(self._settings.encoding, self._settings.max_line, framed)

    def _notifications(self, records: Records) -> Iterator[Notification]:
        """One for each record, or for some lines that follow one another; for one that was cut always its own."""
        now = self._context.clock()
        for stream, found in records:
            for whole, run in groupby(found, lambda each: each.size is None):
                together, step = [*run], self._settings.lines_per_notification if whole else 1
                for first in range(0, len(together), step):
                    yield self._notification(stream, together[first : first + step], now)

    def _notification(self, stream: str, records: Sequence[Found], now: datetime) -> Notification:
        first = records[0]
        body = first.body if len(records) == 1 else b"\n".join([each.body for each in records])
        headers = _HEADERS
        if first.size is not None:
            headers = {**_HEADERS, TRUNCATED: f"{first.size}/{self._settings.max_line}"}
        return Notification(self._context.name, body, now, headers, f"{stream}:{first.offset}")

    async def _rest(self, watcher: Watcher, *, found: bool) -> None:
        """Where lines keep coming the kernel is not asked: it would tell of each, and that costs more than looking."""
        leisure = min(LONGEST, LEISURE * self._looked)
        await self._sleep(max(BUSY, leisure) if found else leisure)
        if not found:
            directories = {os.path.dirname(each.stream.path) for each in self._table}
            pause = max(0.0, self._settings.poll - leisure)
            self._context.pulse.rest(pause)
            await watcher.wait(directories, pause)
