"""Who follows a list, and ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Event
from typing import Any, cast

from adapters.sources.kubernetes.following import Following

PATIENCE = 30


class Slow:
    """An API whose watch begins when it is let, and that watch."""

    def __init__(self) -> None:
        self.asked, self.let, self.closed = Event(), Event(), Event()

    def watch(self, *_: object) -> Slow:
        """Itself."""
        self.asked.set()
        self.let.wait(PATIENCE)
        return self

    def close(self) -> None:
        """It is heard of."""
        self.closed.set()


class Somewhere:
    """A follower that has listed all before."""

    position = "1"


async def test_a_watch_that_begins_while_the_source_ends_is_closed() -> None:
    """Nobody has it yet, and its connection must not stay open."""
    api = Slow()
    running = asyncio.create_task(
        Following("k", cast("Any", api), "/api/v1/pods", {}, asyncio.sleep).run(cast("Any", Somewhere()))
    )
    assert await asyncio.to_thread(api.asked.wait, PATIENCE)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    api.let.set()
    assert await asyncio.to_thread(api.closed.wait, PATIENCE)
