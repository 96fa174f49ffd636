"""Choosing events by their names."""

from __future__ import annotations

import pytest

from adapters.cdevents.selection import possible, selected
from adapters.cdevents.vocabulary import EVENTS


def test_names_are_chosen_whole_or_by_their_beginning() -> None:
    """A name without `*` is that name alone."""
    chosen = selected(["change.*", "build.started"])
    assert {name for name in EVENTS if chosen(name)} == {
        "build.started",
        "change.abandoned",
        "change.created",
        "change.merged",
        "change.reviewed",
        "change.updated",
    }
    assert not selected([])("change.merged")


@pytest.mark.parametrize("pattern", ["change.merged", "change.*", "*", "dev.*", "dev.cdeventsx.x-y.z.1.0.0"])
def test_a_pattern_that_may_choose_an_event_is_possible(pattern: str) -> None:
    """Of the vocabulary, or custom."""
    assert possible(pattern)


@pytest.mark.parametrize("pattern", ["", "change", "changed.*", "dev.cdevents.change.*", "dev.cdeventsx.x", "dev."])
def test_a_pattern_that_chooses_nothing_is_not(pattern: str) -> None:
    """Whatever happens, no event would have such a name."""
    assert not possible(pattern)
