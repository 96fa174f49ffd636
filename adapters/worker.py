"""A thread for a client that blocks: one call at a time, in order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")


class Worker:
    """The own thread of a sink or a source. Unlike an executor's, a call that hangs keeps no process from ending."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    async def run(self, call: Callable[[], Result]) -> Result:
        """What the call returns or raises; cancelled before its turn, it is not made."""
        future: Future[Result] = Future()
        self._calls.put((future, call))
        return await asyncio.wrap_future(future)

    def close(self, last: Callable[[], object] = lambda: None) -> None:
        """Ends the thread after the calls that it has, and `last`."""
        self._calls.put((Future(), last))
        self._calls.put(None)

    def _run(self) -> None:
        while _made(self._calls.get()):
            pass  # while it waits it keeps nothing of a call, which may be large


def _made(job: tuple[Future[Any], Callable[[], Any]] | None) -> bool:
    """Makes a call, unless it was cancelled; False where there are no more."""
    if job is not None and job[0].set_running_or_notify_cancel():
        _settle(*job)
    return job is not None


def _settle(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        future.set_result(call())
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the one who waits
        future.set_exception(error)
