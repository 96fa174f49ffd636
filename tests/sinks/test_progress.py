"""How far a batch is, where its messages are taken in any order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import TransientError
from adapters.sinks.acks import Acks
from adapters.sinks.progress import InOrder


@given(st.permutations(range(23)))
def test_what_is_told_was_taken_without_a_gap(order: list[int]) -> None:
    """Whatever the order: of each message at once when it and all before it are taken."""
    told, taken = list[int](), set[int]()
    progress = InOrder(len(order), told.append)
    for index in order:
        taken.add(index)
        progress.took(index)
        first = next((place for place in range(len(order)) if place not in taken), len(order))
        assert told == [*range(first)]


async def test_acknowledgements_tell_how_far_they_are() -> None:
    """Up to the first message that was not acknowledged."""
    told: list[int] = []
    acks = Acks(20, 10, told.append)
    for index in range(20):
        acks.put(index, TransientError("no") if index == 12 else None)
    assert told == [*range(12)]
