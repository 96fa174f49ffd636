"""The acknowledgements of one batch whose messages are all under way at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from threading import Lock

from adapters.errors import DeliveryError, TransientError
from adapters.model import Message
from adapters.sinks.contract import Taken, untold
from adapters.sinks.progress import InOrder


class Acks:
    """Collects, from any thread and in any order, what became of each message of a batch.

    A message that nothing is heard of within `timeout` seconds failed for now. `stopped` says that not all were sent.
    `taken` is told of each, in their order.
    """

    def __init__(self, count: int, timeout: float, taken: Taken = untold) -> None:
        self._unheard = TransientError(f"no acknowledgement within {timeout:g} s")
        self._outcomes: list[DeliveryError | None] = [self._unheard for _ in range(count)]
        self._left = count
        self.stopped = False
        self._timeout = timeout
        self._lock = Lock()
        self._loop = asyncio.get_running_loop()
        self._progress = InOrder(count, taken)
        self._complete = asyncio.Event()

    def put(self, index: int, failure: DeliveryError | None = None) -> None:
        """Notes that a message was acknowledged, or why it was not."""
        with self._lock:
            self._outcomes[index] = failure
            self._left -= 1
            if failure is None:
                self._progress.took(index)
            complete = self._left <= 0
        if complete:
            self._loop.call_soon_threadsafe(self._complete.set)

    async def hand_over(self, batch: Sequence[Message], send: Callable[[Message, int], Awaitable[None]]) -> None:
        """Sends messages in order, each with its index, up to the first of which `send` raises a DeliveryError."""
        for index, message in enumerate(batch):
            try:
                await send(message, index)
            except DeliveryError as failure:
                self.stop(index, failure)
                return

    def stop(self, index: int, failure: DeliveryError) -> None:
        """Notes a failure before a message was sent, for which no later one was sent either."""
        with self._lock:
            self.stopped = True
            self._left -= len(self._outcomes) - index - 1
        self.put(index, failure)

    def abandon(self, failure: TransientError) -> None:
        """Ends the wait: this is what became of all that nothing was heard of."""
        with self._lock:
            self._outcomes = [failure if each is self._unheard else each for each in self._outcomes]
        self._loop.call_soon_threadsafe(self._complete.set)

    async def settled(self) -> None:
        """Returns when all are acknowledged; else raises the first one's failure, with the number of those before."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeout):
                await self._complete.wait()
        raise_first(self._outcomes)


def raise_first(outcomes: Sequence[DeliveryError | None]) -> None:
    """Raises the first failure among a batch's outcomes; what was acknowledged after it will be sent again."""
    for index, failure in enumerate(outcomes):
        if failure is not None:
            failure.delivered = index
            raise failure
