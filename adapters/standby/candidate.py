"""One of several sidecars: it stands by until it leads, and hears only while it does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar
from uuid import uuid4

import structlog

from adapters.errors import JournalUnavailable
from adapters.journal import Journal
from adapters.model import Checkpoint, Notification
from adapters.sources.pulse import Pulse, Sleep
from adapters.standby.contract import ANSWER, EVERY, HELD, Leader, Leadership, Lost, Shared, Unavailable
from adapters.standby.delivered import Delivered
from adapters.worker import Worker

Result = TypeVar("Result")

_OWNER, _TERM = ":standby", "term"
"""Whose checkpoint the last term is that this journal led in, and its key: no source has such a name."""

_MOVED = (
    "the source has another instance than for who led before: it goes on where that was; "
    "if this is another tool, give the source another name"
)

_log = structlog.get_logger(__name__)


class Candidate:
    """Leads, or stands by, for sources: their instances by name. `clock` is monotonic, in seconds."""

    def __init__(
        self,
        leadership: Leadership,
        journal: Journal,
        instances: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._leadership, self._journal, self._instances = leadership, journal, instances
        self._sources = [*instances]
        self._term = journal.checkpoints(_OWNER).get(_TERM, "")
        self._had, self._passed = journal.last, 0
        self._clock, self._sleep = clock, sleep
        self._worker = Worker("standby")
        self._delivered = Delivered()
        self._under_way: set[asyncio.Future[int]] = set()
        self._until = float("-inf")
        self._begun, self._over = asyncio.Event(), asyncio.Event()
        self._trouble, self._leader = "", Leader()

    def leaders(self) -> Mapping[str, bool]:
        """Whether this is who hears, by source."""
        return dict.fromkeys(self._sources, self._leads)

    async def run(self) -> None:
        """Stands by, leads, and stands by again when that is lost, until cancelled."""
        while True:
            try:
                await self._lead(await self._gained())
            except (Lost, Unavailable, JournalUnavailable) as error:
                await self._step_down(str(error))

    async def leading(self, hear: Callable[[], Awaitable[None]], pulse: Pulse) -> None:
        """Hears whenever this leads, and is cancelled when it does no more; returns when hearing came to an end."""
        while True:
            with pulse.idle():
                await self._begun.wait()
            try:
                if await _until(self._over, hear):
                    return
            finally:
                if self._under_way:
                    await asyncio.wait(self._under_way)

    async def append(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> int:
        """As the journal's, for what its sources hand over; while another may lead, it waits to be cancelled."""
        if not self._leads:  # the process stood still
            await asyncio.Event().wait()
        appending = asyncio.ensure_future(self._append(notifications, checkpoints))
        self._under_way.add(appending)
        appending.add_done_callback(self._appended)
        return await asyncio.shield(appending)  # what the journal keeps is noted, though its source be cancelled

    async def resign(self) -> None:
        """Leaves what is delivered, and lets another lead; `run` is cancelled before."""
        if self._leads:
            try:
                await self._renew()
                _log.info("leads no more, for it stops", sources=self._sources)
            except (Lost, Unavailable, JournalUnavailable) as error:
                _log.warning("another leads when the lease is over", reason=str(error))
        with suppress(Lost, Unavailable):
            await self._asked(self._leadership.release, ANSWER)
        self._worker.close()

    @property
    def _leads(self) -> bool:
        return self._begun.is_set() and self._clock() < self._until

    async def _append(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint]) -> int:
        seq = await self._journal.append(notifications, checkpoints)
        self._delivered.note(seq, [each for each in checkpoints if each.source in self._sources])
        return seq

    def _appended(self, appending: asyncio.Future[int]) -> None:
        self._under_way.discard(appending)
        if not appending.cancelled():
            appending.exception()  # nobody may be there any more who takes it

    async def _gained(self) -> Shared:
        while True:
            begun = self._clock()
            try:
                found = await self._asked(self._leadership.acquire, ANSWER)
            except Unavailable as error:
                self._say("it cannot be asked who leads: standing by", error)
            else:
                self._goes_well()
                if isinstance(found, Shared):
                    self._until, self._leader = begun + HELD, Leader()
                    return found
                self._stands_by(found)
            await self._sleep(EVERY)

    def _stands_by(self, leader: Leader) -> None:
        """Says who leads, once; and that it never will hear what nobody hears who leads."""
        if leader != self._leader and leader.by:
            self._leader = leader
            _log.info("standing by", sources=self._sources, leader=leader.by, since=leader.since)
            if leader.instances and leader.instances != self._instances:
                _log.error(
                    "who leads has other sources: nobody may hear those of this sidecar",
                    leader=leader.by,
                    leads=leader.instances,
                    sources=self._instances,
                    hint="give sidecars of one configuration a Lease or a lock of their own",
                )

    async def _lead(self, shared: Shared) -> None:
        await self._take_over(shared)
        await self._begin_term()
        _log.info("leads", sources=self._sources)
        self._over = asyncio.Event()
        self._begun.set()
        while True:
            await self._sleep(min(EVERY, max(0.0, self._until - self._clock())))
            try:
                await self._renew()
                self._goes_well()
            except Unavailable as error:
                self._say("the lead cannot be renewed", error)
                if self._clock() >= self._until:
                    raise Lost(f"the lead could not be renewed for {HELD:g} s: {error}") from None

    async def _take_over(self, shared: Shared) -> None:
        """What the journal knows of a source becomes what is shared, unless that is of its own lead, or is nothing."""
        if self._under_way:
            await asyncio.wait(self._under_way)
        self._delivered.forget()
        every = {name: (self._journal.checkpoints(name), shared.checkpoints.get(name, {})) for name in self._sources}
        own = self._was_ours(shared)
        kept = [
            each for name, (ours, theirs) in every.items() if own or not theirs for each in _moved(name, theirs, ours)
        ]
        taken = [
            each for name, (ours, theirs) in every.items() if theirs and not own for each in _moved(name, ours, theirs)
        ]
        self._delivered.note(await self._journal.append([], taken), kept)
        for name in every:
            if (was := shared.instances.get(name)) not in (None, self._instances[name]):
                _log.warning(_MOVED, source=name, was=was, instance=self._instances[name])

    def _was_ours(self, shared: Shared) -> bool:
        """Whether nobody has led since this journal did; one that was copied before its end has not all of it."""
        term, _, passed = (shared.term or "").rpartition(":")
        return term != "" and term == self._term and int(passed) <= self._had

    async def _begin_term(self) -> None:
        """A term is shared before the journal has it: no copy of a journal takes that of another for its own."""
        self._term = str(uuid4())
        await self._renew()
        await self._journal.append([], [Checkpoint(_OWNER, _TERM, self._term)])

    async def _renew(self) -> None:
        begun = self._clock()
        with suppress(JournalUnavailable):
            self._passed = await self._journal.delivered()
        changes = self._delivered.passed(self._passed)
        self._had = max(self._had, self._passed)
        term = f"{self._term}:{self._passed}"
        await self._asked(partial(self._leadership.renew, term, changes), min(ANSWER, self._until - begun))
        self._delivered.shared()
        self._until = begun + HELD

    async def _step_down(self, reason: str) -> None:
        self._until = float("-inf")
        self._begun.clear()
        self._over.set()
        _log.warning("leads no more: its sources are stopped", sources=self._sources, reason=reason)
        with suppress(Lost, Unavailable):
            await self._asked(self._leadership.release, ANSWER)
        await self._sleep(EVERY)

    async def _asked(self, call: Callable[[], Result], patience: float) -> Result:
        try:
            async with asyncio.timeout(max(0.0, patience)):
                return await self._worker.run(call)
        except TimeoutError:
            self._leadership.abort()
            raise Unavailable(f"there is no answer within {patience:.1f} s") from None

    def _say(self, what: str, error: Exception) -> None:
        """Once, until it goes well again or something else is wrong."""
        if self._trouble != str(error):
            self._trouble = str(error)
            _log.warning(what, sources=self._sources, reason=self._trouble)

    def _goes_well(self) -> None:
        if self._trouble:
            self._trouble = ""
            _log.info("it can be asked again who leads", sources=self._sources)


async def _until(over: asyncio.Event, hear: Callable[[], Awaitable[None]]) -> bool:
    """Whether what is heard came to an end before it was over."""
    hearing, ending = asyncio.ensure_future(hear()), asyncio.ensure_future(over.wait())
    try:
        await asyncio.wait((hearing, ending), return_when=asyncio.FIRST_COMPLETED)
        if hearing.done() and not over.is_set():
            await hearing
            return True
        return False
    finally:
        for each in (hearing, ending):
            each.cancel()
        await asyncio.wait((hearing, ending))


def _moved(source: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Checkpoint]:
    """What has to be kept and forgotten for a source to stand elsewhere."""
    gone = [Checkpoint(source, key, None) for key in before.keys() - after.keys()]
    return [*gone, *(Checkpoint(source, key, value) for key, value in after.items())]
