"""Several batches on their way to a sink at once, each settled in its turn."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from adapters.errors import DeliveryError
from adapters.model import Message
from adapters.route.batch import Batch
from adapters.route.delivery import Delivery, publishing
from adapters.route.told import Note, Taking, Told
from adapters.sinks.contract import Pipelined, Sink, Taken, untold

Refused = dict[int, str]
"""Why a sink refused some messages of a batch, by their index."""

TELL_EVERY = 0.1
"""Seconds after which it is told how many of the first were taken, while a batch is not complete."""

_Begin = Callable[[Sequence[Message], Taken], Awaitable[Awaitable[None]]]


@dataclass(slots=True)
class _UnderWay:
    """A batch, and its acknowledgement to come: None where it is to be published when its turn comes."""

    batch: Batch
    taking: Taking
    acknowledgement: asyncio.Future[None] | None = None

    @property
    def stopped(self) -> bool:
        """Whether it is known already that it needs another attempt."""
        ack = self.acknowledgement
        return ack is None or (ack.done() and ack.exception() is not None)


class Pipeline:
    """Up to `in_flight` batches on their way; more than one only to a sink that is Pipelined.

    A batch is settled when each of its messages is taken or refused, and every batch before it was settled. After a
    failure, what was sent behind it is published again, so that nothing is passed, or stays, before what it follows.
    `note` is told of each message that was taken as `Told` does. Of the oldest batch `reached` is told how many of its
    first messages are taken: all, once they are acknowledged and while the next one is still being made, and before
    that some, where the sink says so.
    """

    def __init__(  # noqa: PLR0913 - what a route makes of what becomes of its batches
        self,
        sink: Sink,
        delivery: Delivery,
        in_flight: int,
        settled: Callable[[Batch, Refused], Awaitable[None]],
        *,
        clock: Callable[[], float] = time.monotonic,
        reached: Callable[[Batch, int], None] = lambda _batch, _count: None,
        note: Note = lambda _seq, _mark: None,
    ) -> None:
        self._told, self._clock = Told(note), clock
        self._begin, self._in_flight = (sink.send, in_flight) if isinstance(sink, Pipelined) else (_alone(sink), 1)
        self._delivery = delivery
        self._settled, self._reached = settled, reached
        self._under_way: deque[_UnderWay] = deque()

    @property
    def empty(self) -> bool:
        """Whether everything is settled."""
        return not self._under_way

    @property
    def answers(self) -> Sequence[asyncio.Future[None]]:
        """What to wait for until the oldest batch can be settled at once."""
        return [each.acknowledgement for each in islice(self._under_way, 1) if each.acknowledgement is not None]

    @property
    def answered(self) -> bool:
        """Whether there is a batch that can be settled at once."""
        return not self.empty and all(answer.done() for answer in self.answers)

    async def put(self, batch: Batch) -> None:
        """Sends a batch on its way, once there is room and nothing before it has failed."""
        while len(self._under_way) >= self._in_flight or any(each.stopped for each in self._under_way):
            await self.settle()
        self._under_way.append(fresh := _UnderWay(batch, self._told.begin(batch)))
        fresh.acknowledgement = await self._begun(fresh)

    async def settle(self) -> None:
        """Waits for the oldest batch, however long it takes."""
        oldest = self._under_way[0]
        if oldest.acknowledgement is not None:
            await asyncio.wait([oldest.acknowledgement])
        if oldest.stopped:
            await self._recall(behind=oldest)
        took = untold if oldest.taking.complete else partial(self._told.took, oldest.taking)
        refused = await self._delivery.deliver(oldest.batch.messages, oldest.acknowledgement, took)
        await self._settled(oldest.batch, refused)
        self._told.over(oldest.taking)
        self._under_way.popleft()

    async def aclose(self) -> None:
        """Waits for nothing any more, and forgets all that was on its way."""
        await self._recall()
        self._told.forget()
        self._under_way.clear()

    async def _begun(self, fresh: _UnderWay) -> asyncio.Future[None]:
        messages = fresh.batch.messages
        try:
            begun = asyncio.ensure_future(await self._begin(messages, self._taken(fresh)) if messages else _nothing())
        except DeliveryError as error:
            failed = asyncio.get_running_loop().create_future()
            failed.set_exception(error)
            return failed
        all_taken = partial(self._all_taken, fresh, fresh.taking)
        begun.add_done_callback(lambda done: all_taken() if _succeeded(done) else None)
        return begun

    def _taken(self, under_way: _UnderWay) -> Taken:
        """Notes what is told from any thread, and now and then in the loop how far that is."""
        loop, taking, due = asyncio.get_running_loop(), under_way.taking, self._clock() + TELL_EVERY

        def taken(index: int) -> None:
            nonlocal due
            self._told.took(taking, index)
            if (now := self._clock()) >= due:
                due = now + TELL_EVERY
                loop.call_soon_threadsafe(self._say, under_way, taking, taking.first)

        return taken

    def _all_taken(self, under_way: _UnderWay, taking: Taking) -> None:
        self._told.took_all(taking)
        self._say(under_way, taking, len(under_way.batch.messages))

    def _say(self, under_way: _UnderWay, taking: Taking, count: int) -> None:
        """Not of what was recalled meanwhile: it is sent again."""
        if self._under_way and self._under_way[0] is under_way and under_way.taking is taking:
            self._reached(under_way.batch, count)

    async def _recall(self, *, behind: _UnderWay | None = None) -> None:
        """Forgets what was sent, but for one batch: what comes of it does not count."""
        recalled = [each for each in self._under_way if each is not behind]
        self._told.forget(behind=behind.taking if behind else None)
        acknowledgements = [each.acknowledgement for each in recalled if each.acknowledgement is not None]
        for each in recalled:
            each.acknowledgement = None
            each.taking = self._told.begin(each.batch)
        for acknowledgement in acknowledgements:
            acknowledgement.cancel()
        await asyncio.gather(*acknowledgements, return_exceptions=True)


def _succeeded(done: asyncio.Future[None]) -> bool:
    return not done.cancelled() and done.exception() is None


def _alone(sink: Sink) -> _Begin:
    publish = publishing(sink)

    async def begin(messages: Sequence[Message], taken: Taken) -> Awaitable[None]:
        return publish(messages, taken)

    return begin


async def _nothing() -> None:
    """What has no messages is acknowledged."""
