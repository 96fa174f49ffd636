"""How far a batch is, where its messages are taken in any order."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import TransientError
from adapters.sinks.acks import Acks
from adapters.sinks.progress import TELL_AFTER, Progress


@given(st.permutations(range(23)))
def test_what_is_told_was_taken_without_a_gap(order: list[int]) -> None:
    """In any order: never more than that, and never TELL_AFTER fewer."""
    told, taken = [0], set[int]()
    progress = Progress(len(order), told.append)
    for index in order:
        taken.add(index)
        progress.took(index)
        first = next((place for place in range(len(order)) if place not in taken), len(order))
        assert told == sorted(set(told))
        assert 0 <= first - told[-1] < TELL_AFTER


async def test_acknowledgements_tell_how_far_they_are() -> None:
    """Up to the first message that was not acknowledged."""
    told: list[int] = []
    acks = Acks(20, 10, told.append)
    for index in range(20):
        acks.put(index, TransientError("no") if index == 12 else None)
    await asyncio.sleep(0)
    assert told == [5, 10]
