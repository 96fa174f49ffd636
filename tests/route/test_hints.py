"""Waiting for the first of several futures, which are somebody else's."""

from __future__ import annotations

import asyncio

import pytest

from adapters.route import hints


async def test_the_first_that_is_done_ends_the_wait() -> None:
    """Whether it is done before or meanwhile, and however; the others go on."""
    loop = asyncio.get_running_loop()
    done, failed, called_back, open_ = (loop.create_future() for _ in range(4))
    done.set_result(None)
    failed.set_exception(ValueError("x"))
    called_back.cancel()
    for each in (done, failed, called_back):
        await hints.first([open_, each])
    with pytest.raises(ValueError, match="x"):
        failed.result()
    loop.call_soon(open_.set_result, None)
    await hints.first([loop.create_future(), open_])


async def test_who_is_called_back_leaves_nothing_behind() -> None:
    """A future that is waited for again and again, and is never done, does not grow."""
    open_: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    for _ in range(3):
        waiting = asyncio.ensure_future(hints.first([open_]))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert not open_.done()
    assert not open_._callbacks


async def test_a_time_comes_unless_it_is_called_back() -> None:
    """What is settled or cancelled before is left alone."""
    settled, cancelled = hints.after(3600), hints.after(3600)
    hints.settle(settled)
    hints.settle(settled)
    cancelled.cancel()
    await hints.first([hints.after(0.001), hints.after(3600)])
    assert settled.done()
    assert cancelled.cancelled()
