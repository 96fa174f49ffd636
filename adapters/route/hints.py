"""Waiting for the first of several futures, as each notification that comes alone is waited for: `asyncio.wait` takes
twice as long, and makes a timer each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any


async def first(futures: Sequence[asyncio.Future[Any]]) -> None:
    """Returns when one of them is done, or was; leaves them as they are."""
    there: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(_: asyncio.Future[Any]) -> None:
        settle(there)

    for each in futures:
        each.add_done_callback(wake)
    try:
        await there
    finally:
        for each in futures:
            each.remove_done_callback(wake)


def after(seconds: float) -> asyncio.Future[None]:
    """Done after so many seconds."""
    due: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    timer = asyncio.get_running_loop().call_later(seconds, settle, due)
    due.add_done_callback(lambda _: timer.cancel())
    return due


def settle(future: asyncio.Future[None]) -> None:
    """Has it done, if it is not."""
    if not future.done():
        future.set_result(None)
