"""Waiting for what tells nobody that it has come: it is looked for, again and again, and not for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds after which it will not come any more, however slow the machine is."""


def until(holds: Callable[[], object], *, timeout: float = PATIENCE) -> None:
    """Returns when it holds; raises AssertionError when it does not in time."""
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"it did not come to hold in {timeout:g} s"
        time.sleep(0.05)


async def eventually(holds: Callable[[], object], *, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109 - as `until`
    """The same, while others go on; raises TimeoutError."""
    async with asyncio.timeout(timeout):
        while not holds():  # noqa: ASYNC110 - what is waited for knows of nobody who waits
            await asyncio.sleep(0.005)
