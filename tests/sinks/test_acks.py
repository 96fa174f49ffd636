"""Waiting for acknowledgements that come in any order."""

from __future__ import annotations

import asyncio
from threading import Thread

import pytest

from adapters.errors import PermanentError, TransientError
from adapters.sinks.acks import Acks


async def test_all_acknowledged_in_any_order() -> None:
    """From another thread, too."""
    acks = Acks(3, timeout=10)
    threads = [Thread(target=acks.put, args=(index,)) for index in (2, 0, 1)]
    for thread in threads:
        thread.start()
    await acks.settled()
    for thread in threads:
        thread.join()


async def test_the_first_failure_counts() -> None:
    """Not the one that came first; with the number of messages before it."""
    acks = Acks(5, timeout=10)
    for index, failure in ((4, PermanentError("last")), (0, None), (2, TransientError("first")), (1, None), (3, None)):
        acks.put(index, failure)
    with pytest.raises(TransientError, match="first") as caught:
        await acks.settled()
    assert caught.value.delivered == 2


async def test_silence_is_a_failure_for_now() -> None:
    """After the timeout, of the first message that nothing was heard of."""
    acks = Acks(3, timeout=0.01)
    acks.put(0)
    acks.put(2)
    with pytest.raises(TransientError, match=r"no acknowledgement within 0\.01 s") as caught:
        await acks.settled()
    assert caught.value.delivered == 1


async def test_what_could_not_be_sent_is_not_waited_for() -> None:
    """Those before it are, and nothing after it is expected."""
    acks = Acks(4, timeout=10)
    acks.stop(2, PermanentError("too large"))
    waiting = asyncio.ensure_future(acks.settled())
    await asyncio.sleep(0)
    acks.put(0)
    acks.put(1)
    with pytest.raises(PermanentError, match="too large") as caught:
        await waiting
    assert caught.value.delivered == 2


async def test_a_lost_connection_ends_the_wait() -> None:
    """For what nothing was heard of; what failed before keeps its own reason."""
    acks = Acks(3, timeout=10)
    acks.put(0)
    acks.abandon(TransientError("gone"))
    with pytest.raises(TransientError, match="gone") as caught:
        await acks.settled()
    assert caught.value.delivered == 1
