"""Publishing yields to acknowledging, and is not held up for good."""

from __future__ import annotations

import asyncio
import time

from adapters.route.turns import PATIENCE, Turns


async def waited(turns: Turns, count: int) -> float:
    """Seconds that so many turns, one after another, had to wait in all."""
    begin = time.monotonic()
    for _ in range(count):
        await turns.over()
    return time.monotonic() - begin


async def test_while_somebody_waits_to_be_answered_a_turn_comes_after_a_pause() -> None:
    """And it comes, however long they wait."""
    assert await waited(Turns(lambda: True), 5) >= 4 * PATIENCE


async def test_routes_share_the_turns_that_there_are() -> None:
    """Two of them get no more of the time together than one would."""
    turns, begin = Turns(lambda: True), time.monotonic()
    await asyncio.gather(waited(turns, 3), waited(turns, 3))
    assert time.monotonic() - begin >= 5 * PATIENCE


async def test_where_nobody_waits_the_next_turn_comes_at_once() -> None:
    """But for whoever else is ready to run: that one is first."""
    first: list[str] = []
    asyncio.get_running_loop().call_soon(first.append, "other")
    await Turns().over()
    assert first == ["other"]
