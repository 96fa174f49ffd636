"""A thread for a client that blocks: one call at a time, in order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")

_Job = tuple["asyncio.Future[Any] | None", Callable[[], Any]]


class Worker:
    """The own thread of a sink or a source. Unlike an executor's, a call that hangs keeps no process from ending."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[_Job | None] = SimpleQueue()
        self._asked = self._over = 0
        threading.Thread(target=self._run, name=name, daemon=True).start()

    @property
    def idle(self) -> bool:
        """Whether it has no call to make, nor makes one."""
        return self._asked == self._over

    def run(self, call: Callable[[], Result]) -> asyncio.Future[Result]:
        """What the call, which is handed over now, returns or raises; cancelled before its turn, it is not made."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._asked += 1
        self._calls.put((future, call))
        return future

    def close(self, last: Callable[[], object] = lambda: None) -> None:
        """Ends the thread after the calls that it has, and `last`."""
        self._calls.put((None, last))
        self._calls.put(None)

    def _run(self) -> None:
        while _made(self._calls.get()):
            self._over += 1  # while it waits it keeps nothing of a call, which may be large


def _made(job: _Job | None) -> bool:
    """Makes a call, unless it was cancelled; False where there are no more."""
    if job is not None and not (job[0] and job[0].cancelled()):
        _make(*job)
    return job is not None


def _make(future: asyncio.Future[Any] | None, call: Callable[[], Any]) -> None:
    result, error = None, None
    try:
        result = call()
    except Exception as raised:  # noqa: BLE001 - whatever it is, it belongs to the one who waits
        error = raised
    if future is not None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            future.get_loop().call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
