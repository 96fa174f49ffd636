"""Listens to Gerrit's stream of events, and asks it afterwards for what was said while nobody listened.

Whenever the stream (re)starts, or Gerrit says that it dropped something, a gap opens. The checkpoint stands still from
there until a backfill has brought everything since: so a crash at any time loses nothing. What is heard meanwhile is
handed over at once; events of a gap come after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential, wait_random

from adapters.errors import AdapterError, ConfigError, JournalUnavailable, Problem
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.gerrit_stream.backfill import Backfill, backfill
from adapters.sources.gerrit_stream.events import DROPPED, Event, parse
from adapters.sources.gerrit_stream.progress import Progress
from adapters.sources.gerrit_stream.rest import BackfillFailed
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.gerrit_stream.stream import Lines, Stream, StreamLost, stream

KEY = "stream"
"""The key of the source's only checkpoint."""

STEADY = 60.0
"""Seconds after which a connection that ends was a good one: the next is tried at once."""

Sleep = Callable[[float], Awaitable[None]]

_BACK_OFF = wait_exponential(multiplier=1, max=300) + wait_random(0, 1)
_NO_EVENT = "a line is not an event"
_KNOWS_NOTHING = (
    "the backfill does not know what the stream told: compare http.username and http.time_zone with Gerrit's"
)
_log = structlog.get_logger(__name__)


class GerritStream:
    """One Gerrit's events: heard over SSH, completed over HTTP."""

    def __init__(
        self,
        settings: GerritStreamSettings,
        context: Context,
        *,
        stream: Stream = stream,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Raises ConfigError where a client is not installed or a file is missing."""
        _check(settings)
        self._settings, self._context = settings, context
        self._stream, self._sleep = stream, sleep
        self._backfill: Backfill = backfill(settings)
        self._progress = self._restored()
        self._interrupted = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self, receive: Receive) -> None:
        """Listens and completes until cancelled; what fails is tried again, after longer and longer pauses."""

        async def keep(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
            persistently = self._retrying(JournalUnavailable, "journal cannot be used")  # none serves two tasks at once
            await persistently(receive, notifications, checkpoints)

        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(keep))
            group.create_task(self._complete(keep))

    async def _listen(self, keep: Receive) -> None:
        connecting = self._retrying(StreamLost, "no stream of events")
        while True:
            await connecting(self._hear, keep)

    async def _hear(self, keep: Receive) -> None:
        """One connection; raises StreamLost unless it was a good one."""
        began, lines = self._now(), Lines()
        try:
            async with aclosing(self._stream(self._settings)) as chunks:
                async for chunk in chunks:
                    if not chunk:
                        self._interrupt()
                    await self._take(self._events(lines.feed(chunk)), keep)
        except StreamLost as lost:
            if self._now() - began < STEADY:
                raise
            _log.warning("stream of events lost", source=self._context.name, reason=str(lost))

    def _events(self, lines: list[bytes]) -> list[Event]:
        events = []
        for line in lines:
            try:
                events.append(parse(line))
            except ValueError as error:
                _log.warning(_NO_EVENT, source=self._context.name, line=repr(line[:99]), reason=str(error))
                self._interrupt()
        return events

    async def _take(self, events: list[Event], keep: Receive) -> None:
        if any(event.type == DROPPED for event in events):
            self._interrupt()
        if events:
            await self._commit(keep, events, lambda progress: progress.heard(events))

    async def _commit(self, keep: Receive, events: list[Event], step: Callable[[Progress], Progress]) -> None:
        """Events and the progress that they make, on disk together; one at a time, lest an older one come last."""
        async with self._turn:
            checkpoint = Checkpoint(self._context.name, KEY, step(self._progress).dumps())
            await keep(self._notifications(events), [checkpoint])
            self._progress = step(self._progress)

    def _interrupt(self) -> None:
        self._progress = self._progress.interrupted()
        self._interrupted.set()

    async def _complete(self, keep: Receive) -> None:
        filling = self._retrying(BackfillFailed, "cannot ask for what was missed")
        while True:
            await self._interrupted.wait()
            self._interrupted.clear()
            await self._sleep(self._settings.overlap)
            await filling(self._fill, keep)

    async def _fill(self, keep: Receive) -> None:
        """Brings everything that was missed until now; raises BackfillFailed."""
        since, before, told = self._since(), self._progress, 0
        pages = self._backfill(since)
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            told += len(page)
            await self._add(keep, [event for event in page if self._wanted(event)])
        if not told and before.expects(since):
            _log.warning(_KNOWS_NOTHING, source=self._context.name)
        await self._commit(keep, [], lambda progress: progress.closed(before.gap))
        _log.info("gap filled", source=self._context.name, events=told, complete=self._progress.complete)

    async def _add(self, keep: Receive, missed: list[Event]) -> None:
        await self._commit(keep, missed, lambda progress: progress.backfilled(missed))

    def _since(self) -> int:
        wanted = self._progress.complete - int(self._settings.overlap)
        furthest = int(self._now() - self._settings.window)
        if wanted < furthest:
            _log.error("older events are not asked for", source=self._context.name, since=wanted, window=furthest)
        return max(wanted, furthest)

    def _wanted(self, event: Event) -> bool:
        types = self._settings.events
        return (not types or event.type in types) and not self._progress.knows(event)

    def _notifications(self, events: list[Event]) -> list[Notification]:
        now = self._context.clock()
        return [Notification(self._context.name, event.body, now) for event in events]

    def _restored(self) -> Progress:
        start = self._settings.since.timestamp() if self._settings.since else self._now()
        try:
            kept = self._context.checkpoints.get(KEY)
            return Progress.loads(kept) if kept else Progress(int(start))
        except ValueError as error:
            where = f"checkpoint {KEY} of {self._context.name}"
            raise ConfigError([Problem(where, str(error), "another type of source had this name: rename it")]) from None

    def _now(self) -> float:
        return self._context.clock().timestamp()

    def _retrying(self, error: type[AdapterError], trouble: str) -> AsyncRetrying:
        def note(state: RetryCallState) -> None:
            reason, pause = state.outcome and state.outcome.exception(), round(state.upcoming_sleep, 1)
            _log.warning(trouble, source=self._context.name, reason=str(reason), pause=pause)

        retry = retry_if_exception_type(error)
        return AsyncRetrying(sleep=self._sleep, wait=_BACK_OFF, retry=retry, before_sleep=note, reraise=True)


def _check(settings: GerritStreamSettings) -> None:
    for client in ("asyncssh", "pygerrit2"):
        if find_spec(client) is None:
            hint = "pip install 'cdevents-adapters[gerrit]'"
            raise ConfigError([Problem("gerrit-stream", f"{client} is not installed", hint)])
    files = [settings.key] + ([settings.known_hosts] if isinstance(settings.known_hosts, Path) else [])
    if missing := [path for path in files if not path.is_file()]:
        raise ConfigError([Problem(str(path), "there is no such file") for path in missing])
