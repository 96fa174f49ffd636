"""Looks for objects again and again, and reads each that is new, or another one than it was.

What was read of an object and how far that is come to disk together: after a crash it is read on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import structlog

from adapters.errors import JournalUnavailable
from adapters.model import Checkpoint, Receive
from adapters.objects import Address, Object, Stores, Unusable, needed
from adapters.reading.units import Item, of_object, settles
from adapters.sources.contract import Context
from adapters.sources.keeping import restored
from adapters.sources.objects.progress import Progress
from adapters.sources.objects.settings import ObjectsSettings
from adapters.sources.patience import Sleep, patient
from adapters.sources.tail.settings import framing

SINCE = "since"
"""The key of the checkpoint that has when it was first started; any other is the name of an object."""

TOGETHER = 500
"""Records that come to disk at once, at most."""

LARGEST = 4 << 20
"""Bytes after which they do so, though there are fewer."""

LONGEST = 120.0
"""Seconds that a list, or some records, may take to come."""

Given = TypeVar("Given")
Found = TypeVar("Found")

_log = structlog.get_logger(__name__)


class Objects:
    """What is at some addresses; `sleep` waits between two looks, and after trouble."""

    def __init__(self, settings: ObjectsSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Nothing is asked yet; raises ConfigError without its library, or where a checkpoint is not its own."""
        self._settings, self._context, self._sleep = settings, context, context.pulse.resting(sleep)
        for url in settings.urls:
            needed(Address.of(url))
        names = [key for key in context.checkpoints if key != SINCE]
        fresh = Progress("", 0)
        self._progress = {name: restored(context, name, Progress.loads, fresh) for name in names}
        self._since = restored(context, SINCE, datetime.fromisoformat, context.clock())
        self._unread: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._keeping = patient(context.name, JournalUnavailable, "journal cannot be used", self._sleep)

    async def run(self, receive: Receive) -> None:
        """Looks until cancelled; a store that cannot be used is asked again, after longer and longer pauses."""
        await self._keeping(receive, [], [Checkpoint(self._context.name, SINCE, self._since.isoformat())])
        polling = patient(self._context.name, Unusable, "objects cannot be read", self._sleep)
        while True:
            await polling(self.poll, receive)
            await self._sleep(self._settings.poll)

    async def poll(self, receive: Receive) -> None:
        """Hands over what is new; raises Unusable, and then goes on from where it was."""
        options = {name: value.get_secret_value() for name, value in self._settings.options.items()}
        with Stores(options) as stores:
            found = await self._beside(self._listed, stores)
            for each in found:
                await self._read(each, receive)
        await self._forget({str(each) for each in found}, receive)
        self._seen = {str(each): each.version for each in found}

    def _listed(self, stores: Stores) -> list[Object]:
        """Each once, the oldest first."""
        found = {str(each): each for url in self._settings.urls for each in stores.listed(Address.of(url))}
        return sorted(filter(self._is_meant, found.values()), key=lambda each: (each.modified, each.key))

    def _is_meant(self, found: Object) -> bool:
        return self._settings.from_ == "beginning" or found.modified > self._since

    async def _read(self, found: Object, receive: Receive) -> None:
        """Hands over what is to be read of one; what cannot be read of it is told once."""
        name = str(found)
        settled = not found.store.grows or self._seen.get(name) == found.version
        goes_on = found.store.grows and not settles(found)
        progress = self._progress.get(name, Progress("", 0)).at(found, goes_on=goes_on)
        if progress.whole or self._unread.get(name) == found.version or not (settled or goes_on):
            return
        try:
            await self._tell(found, progress, receive, settled=settled)
        except (OSError, EOFError, ValueError) as error:
            self._unread[name] = found.version
            _log.error("an object cannot be read further", source=self._context.name, object=name, reason=str(error))

    async def _tell(self, found: Object, progress: Progress, receive: Receive, *, settled: bool) -> None:
        items = of_object(found, framing(self._settings, self._context.translator())).read(
            self._context.name, progress.place
        )
        held: Item | None = None
        while batch := await self._beside(_some, items):
            batch = [*([held] if held else []), *batch]
            held = None if settled else batch.pop()
            if batch:
                progress = replace(progress, place=batch[-1].after)
                await self._keep(found, progress, batch, receive)
        if settled:
            await self._keep(found, replace(progress, whole=True), [], receive)

    async def _keep(self, found: Object, progress: Progress, items: Sequence[Item], receive: Receive) -> None:
        checkpoint = Checkpoint(self._context.name, str(found), progress.dumps())
        await self._keeping(receive, [each.notification for each in items], [checkpoint])
        self._progress[str(found)] = progress

    async def _forget(self, there: set[str], receive: Receive) -> None:
        """What is not there any more would be new if it came back."""
        gone = [name for name in self._progress if name not in there]
        if gone:
            await self._keeping(receive, [], [Checkpoint(self._context.name, name, None) for name in gone])
        for name in gone:
            del self._progress[name]
        self._unread = {name: version for name, version in self._unread.items() if name in there}

    async def _beside(self, work: Callable[[Given], Found], given: Given) -> Found:
        self._context.pulse.rest(LONGEST)
        found = await asyncio.to_thread(work, given)
        self._context.pulse.beat()
        return found


def _some(items: Iterator[Item]) -> list[Item]:
    """The next ones, of which a few MiB are in memory at a time."""
    found: list[Item] = []
    size = 0
    for item in items:
        found.append(item)
        size += len(item.notification.body)
        if len(found) >= TOGETHER or size >= LARGEST:
            break
    return found
