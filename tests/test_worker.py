"""The thread of a sink: calls in order, errors where they belong, and an end that nothing holds up."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from functools import partial

import pytest

from adapters.worker import Worker
from tests.waiting import eventually


async def test_calls_are_made_one_at_a_time_in_order() -> None:
    """What is asked for first is done first, however many wait."""
    worker, made = Worker("w"), list[int]()
    await asyncio.gather(*(worker.run(partial(made.append, number)) for number in range(100)))
    worker.close()
    assert made == list(range(100))


async def test_a_call_is_handed_over_when_it_is_asked_for() -> None:
    """Nothing has to wait for it to be made; the thread is idle before and after."""
    worker, made = Worker("w"), threading.Event()
    assert worker.idle
    over = worker.run(made.set)
    assert made.wait(timeout=60)  # the loop of this test has had no turn since
    await over
    await eventually(lambda: worker.idle)
    worker.close()


async def test_a_call_gives_back_what_it_returns_or_raises() -> None:
    """And the next one is made all the same."""
    worker = Worker("w")
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 // 0)
    assert await worker.run(threading.current_thread) is not threading.current_thread()
    worker.close()


async def test_a_call_that_is_cancelled_before_its_turn_is_not_made() -> None:
    """The one under way goes on, for it cannot be called back."""
    worker, gate, made = Worker("w"), threading.Event(), list[str]()
    first = worker.run(gate.wait)
    second = worker.run(lambda: made.append("second"))
    second.cancel()
    gate.set()
    await first
    await worker.run(lambda: made.append("third"))
    worker.close()
    assert made == ["third"]


def test_a_call_that_hangs_does_not_keep_the_process() -> None:
    """Its interpreter ends when the main thread does."""
    program = """
import asyncio, threading
from adapters.worker import Worker

async def main():
    worker = Worker("w")
    call = worker.run(threading.Event().wait)
    await asyncio.sleep(0.01)
    call.cancel()
    worker.close()

asyncio.run(main())
"""
    assert subprocess.run([sys.executable, "-c", program], timeout=20, check=False).returncode == 0
