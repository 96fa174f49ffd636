"""How many messages may be under way to a sink, by how soon it answers."""

from __future__ import annotations

import pytest

from adapters.sinks.window import FEW, Window


def _answered(window: Window, *seconds: float) -> int:
    for each in seconds:
        window.answered(each)
    return window.size


def test_a_kill_repeats_less_than_ten() -> None:
    """Of what a sink took that answers at once, or of which nothing is known yet; and so it stays."""
    window = Window(1000)
    assert (window.size, _answered(window, 0.0003), FEW < 10) == (FEW, FEW, True)


@pytest.mark.parametrize(("seconds", "size"), [(0.002, 10), (0.02, 100), (0.5, 1000)])
def test_a_sink_that_takes_its_time_gets_more(seconds: float, size: int) -> None:
    """As many as 5,000 a second take, and never more than are allowed."""
    assert _answered(Window(1000), seconds) == size


def test_those_that_wait_for_others_do_not_count() -> None:
    """A server that takes one after another would be no quicker with more of them."""
    assert _answered(Window(1000), *(0.001 * number for number in range(1, 100))) == FEW


def test_a_sink_may_become_slower() -> None:
    """That is known when nothing was as quick any more since the last time but one that all were answered."""
    window = Window(1000)
    sizes = []
    for seconds in (0.0003, 0.02, 0.02, 0.0003):
        window.anew()
        sizes.append(_answered(window, seconds))
    assert sizes == [FEW, FEW, 100, FEW]


def test_no_more_than_are_allowed() -> None:
    """However few that are."""
    assert (Window(1).size, _answered(Window(4), 0.02)) == (1, 4)
