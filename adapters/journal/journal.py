"""The journal as the running service sees it: awaitable, written in groups, followed by routes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import quote

import structlog

from adapters.errors import JournalUnavailable
from adapters.journal import deadletters, log, outages, status, wal
from adapters.journal.database import Database, wal_of
from adapters.journal.lock import locked
from adapters.journal.recent import Recent
from adapters.journal.room import Room
from adapters.journal.writer import Writer
from adapters.model import Checkpoint, Notification, Record

Result = TypeVar("Result")
_Heard = tuple[Sequence[Notification], Sequence[Checkpoint]]


class _Appended(NamedTuple):
    """What one transaction has added: the number of the last record in the journal, and the new ones."""

    last: int
    records: Sequence[Record]


EXAMINED = 5.0
"""Seconds at most for which a journal is looked at before it is used."""

_ADVICE = (
    "put back the file and its -wal from a backup, or move the -wal away to go on without what is lost"
    " (a replay of the tool's history has it)"
)

_log = structlog.get_logger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """The durable log between sources and routes; one process at a time may have it open.

    `crashed` says that the process before did not close it: what it had written ahead was still there. `last` is the
    number of the last record, `appending` how many wait for theirs to be on disk.

    What an awaited change wrote is on disk, but for how far a route came: that outlives the process, and what the end
    of the machine takes of it is published again. Every method raises JournalUnavailable, saying what to do, when the
    file cannot be used; the next call tries again, so that the journal recovers when the cause is gone.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int,
        routes: Collection[str] | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Opens the journal in a file, which is made with its directory where it does not exist.

        `max_bytes` bounds what it holds; beyond it, what all `routes` have passed gives way, the oldest first; where
        nothing can, or no routes are named, `append` refuses. Raises JournalUnavailable when the file cannot be used:
        another process has it open, a newer release wrote it, it is damaged, no permission.
        """
        self.routes = routes
        self._clock = clock
        with ExitStack() as opening:
            opening.enter_context(locked(path))
            self.crashed = wal_of(path).exists()
            self._database = opening.enter_context(_examined(path))
            self._reads = opening.enter_context(Database(path))
            outages.end(self._database, clock())
            self._files = opening.pop_all()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="journal-reader")
        self._room = Room(self._database, max_bytes, lambda: self.routes)
        self.appending = 0
        self.last = log.last(self._reads)
        self._recent = Recent()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._advanced = asyncio.Event()
        self._writer = Writer(self._database, self._room.make)

    async def aclose(self) -> None:
        """Commits what is under way and closes the file."""
        await self._writer.aclose()
        self._reader.shutdown()
        self._files.close()

    @property
    def quiet(self) -> bool:
        """Whether somebody waits for the next record, and nobody appends it yet."""
        return not self.appending and any(not there.done() for _, there in self._waiting)

    async def append(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> int:
        """Stores notifications and where their sources stand after them, all or none; when it returns, on disk.

        Returns a number that none of their records is beyond.
        """
        if notifications or checkpoints:
            self.appending += 1
            try:
                appended = await self._writer.share(self._append, (notifications, checkpoints), self._announce)
                return appended.last
            finally:
                self.appending -= 1
        return self.last

    async def passed(self, seq: int) -> None:
        """Returns when each of its `routes` has passed a record: what it became is delivered, or a dead letter."""
        while True:
            advanced = self._advanced
            with suppress(JournalUnavailable):  # a route that cannot note how far it came has not come that far
                if await self.delivered() >= seq:
                    return
            await advanced.wait()

    async def delivered(self) -> int:
        """The number of the last record that each of its `routes` has passed."""
        return await self._read(lambda: log.passed(self._reads, self.routes or ()))

    async def take_back(self, source: str, told: int) -> int:
        """Forgets what is lent to a source, beyond a record up to which its broker was `told`; how many records."""
        count = await self._writer.submit(lambda: log.take_back(self._database, source, told, self.routes or ()))
        self._recent.forget()
        self._wake()
        return count

    async def check(self) -> None:
        """Raises JournalUnavailable when `append` or `read` would, or the file was found to be damaged."""
        for database in (self._database, self._reads):
            database.check_whole()
        await self._writer.submit(self._probe)
        await self._read(lambda: log.last(self._reads))

    async def read(self, after: int, limit: int) -> list[Record]:
        """Up to `limit` records beyond `after`, in order; fewer where their bodies are large."""
        return await self._read(lambda: log.read(self._reads, after, limit)) if self.last > after else []

    def recent(self, after: int, limit: int) -> list[Record]:
        """The same at once, of what was appended last; none where the next one is not in memory any more."""
        return self._recent.beyond(after, limit)

    def wait(self, after: int) -> asyncio.Future[None]:
        """Done when there is a record beyond `after`. A future, for a task in between would take its turn."""
        there: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.last > after:
            there.set_result(None)
        self._waiting = [each for each in (*self._waiting, (after, there)) if not each[1].done()]
        return there

    async def advance(self, route: str, seq: int, checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Notes that a route has passed a record, and all before it; and with that, all or none, checkpoints."""
        await self._writer.submit(lambda: log.advance(self._database, route, seq, checkpoints), flushed=False)
        self._wake()

    async def park(self, route: str, seq: int, reason: str) -> None:
        """Keeps a record that a route cannot deliver as a dead letter."""
        await self._writer.submit(lambda: deadletters.park(self._database, route, seq, reason, self._clock()))

    async def due(self, route: str, limit: int) -> list[Record]:
        """The dead letters of a route that are marked for another attempt, in order."""
        return await self._read(lambda: deadletters.due(self._reads, route, limit))

    async def resolve(self, route: str, seq: int) -> None:
        """Forgets a dead letter that was delivered after all."""
        await self._writer.submit(lambda: self._resolve(route, seq))

    async def prune(self, *, keep: float) -> int:
        """Deletes what all its routes have passed and is older than `keep` seconds; how many records.

        What a dead letter needs stays. The cursors of other routes hold nothing back.
        """
        now, kept = self._clock(), timedelta(seconds=keep)
        below = await self._read(lambda: log.prunable(self._reads, self.routes or (), now, kept))
        total = after = 0
        while found := await self._read(partial(log.spent, self._reads, after, below)):
            first, after = found
            total += await self._writer.submit(partial(log.prune, self._database, first, after))
        return total

    async def outage(self, route: str, reason: str | None) -> None:
        """Notes why a route's sink takes nothing; None when it takes messages again."""
        await self._writer.submit(lambda: outages.note(self._database, route, reason, self._clock()))

    async def begun(self, route: str, seq: int) -> int:
        """Notes that a route is about to render a record; how often it was begun and not over, with this time."""
        return await self._writer.submit(lambda: log.begun(self._database, route, seq))

    async def over(self, route: str, seq: int) -> int:
        """Notes that what was begun did not end the process; 0."""
        return await self._writer.submit(lambda: log.over(self._database, route, seq))

    def cursor(self, route: str) -> int:
        """The number of the last record that a route has passed, 0 for a new one."""
        return log.cursor(self._reads, route)

    def checkpoints(self, source: str) -> dict[str, str]:
        """Where a source stands, by checkpoint key."""
        return log.checkpoints(self._reads, source)

    def status(self, routes: Iterable[str]) -> list[status.RouteStatus]:
        """How far routes have come."""
        return status.routes(self._reads, routes, self._clock())

    def waiting(self, route: str) -> int | None:
        """How many records a route has still to pass; None where that cannot be read now."""
        try:
            [found] = self.status([route])
        except JournalUnavailable:
            return None
        return found.lag

    def size(self) -> int:
        """The bytes in use, of `max_bytes`."""
        return self._reads.size()

    def marks(self, route: str) -> Path:
        """The file of a route's marks, beside the journal's own."""
        path = self._database.path
        return path.with_name(f"{path.name}-taken-{quote(route, safe='')}")

    def _wake(self) -> None:
        """For who waits until routes have passed a record."""
        self._advanced.set()
        self._advanced = asyncio.Event()

    async def _read(self, query: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._reader, query)

    def _append(self, appends: Sequence[_Heard]) -> _Appended:
        self._room.check()
        heard = [notification for notifications, _ in appends for notification in notifications]
        last = log.append(self._database, heard, [each for _, checkpoints in appends for each in checkpoints])
        return _Appended(last, [Record(seq, each) for seq, each in enumerate(heard, start=last - len(heard) + 1)])

    def _probe(self) -> None:
        self._room.check()
        self._database.touch()

    def _resolve(self, route: str, seq: int) -> None:
        deadletters.resolve(self._database, route, seq)
        self._room.freed(seq)

    def _announce(self, appended: _Appended) -> None:
        if appended.last > self.last:
            self.last = appended.last
            self._recent.add(appended.records)
            asyncio.get_running_loop().call_soon(self._grow)  # behind those who are answered now

    def _grow(self) -> None:
        for after, there in self._waiting:
            if self.last > after and not there.done():
                there.set_result(None)


@contextmanager
def _examined(path: Path) -> Iterator[Database]:
    """A journal's file, looked at before anything is written to it. Raises JournalUnavailable where it is damaged."""
    found = wal.damage(wal_of(path))
    if found and not found.torn:
        raise JournalUnavailable(f"journal {path}: {found}; {_ADVICE}")
    if found:
        _log.warning("the last commit is not whole, as after a loss of power", journal=str(path), reason=str(found))
    with Database(path, create=True) as database:
        if not database.examine(EXAMINED):
            _log.info("journal looked at in part, for it is large", journal=str(path), seconds=EXAMINED)
        yield database
