"""A source that stalls says so, and none that only waits does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from adapters.sources.pulse import Pulse
from adapters.sources.stalls import BOUND, EVERY, Stalls

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class World:
    """A clock that is moved, one source, and who looks after it."""

    now: float = 1000.0
    pulse: Pulse = field(init=False)
    stalls: Stalls = field(init=False)

    def __post_init__(self) -> None:
        self.pulse = Pulse(lambda: self.now)
        wall = lambda: NOON + timedelta(seconds=self.now - 1000)  # noqa: E731 - it has no better name than its parameter
        self.stalls = Stalls({"home": self.pulse}, lambda: self.now, wall)

    def passes(self, seconds: float, *, beating: bool = False) -> list[str]:
        """Time, with looks as there are in it; what is said at its end."""
        for _ in range(round(seconds / EVERY)):
            self.now += EVERY
            if beating:
                self.pulse.beat()
            self.stalls.look()
        return self.stalls.reasons()


@pytest.fixture
def world() -> World:
    """One of them."""
    return World()


def test_a_source_that_stalls_is_named_with_its_time(world: World) -> None:
    """Beyond the bound it is said by name, since when, and for how long as a figure."""
    assert world.passes(BOUND - EVERY) == []
    assert world.passes(2 * EVERY) == ["the source home has stalled, since 2026-03-01T12:00:00Z"]
    assert world.stalls.seconds() == {"home": BOUND + EVERY}


def test_a_stall_and_its_end_are_a_line_each(world: World) -> None:
    """However long it lasts."""
    with capture_logs() as lines:
        world.passes(10 * BOUND)
        assert world.passes(EVERY, beating=True) == []
        world.passes(10 * BOUND, beating=True)
    assert [(line["event"], line["source"]) for line in lines] == [
        ("source has stalled", "home"),
        ("source goes on", "home"),
    ]
    assert world.stalls.seconds() == {"home": 0}


def test_a_long_scan_that_moves_is_no_stall(world: World) -> None:
    """Each file or answer of it is a sign of life."""
    assert world.passes(20 * BOUND, beating=True) == []


def test_a_pause_is_no_stall_until_it_is_over(world: World) -> None:
    """An hour between two polls, or after trouble, is not late; what should come after it is."""
    world.pulse.rest(3600)
    assert world.passes(3600) == []
    assert world.passes(BOUND + EVERY) != []


def test_a_sleep_through_a_pulse_is_a_pause() -> None:
    """As the loops of all sources sleep."""
    world = World()

    async def sleep(seconds: float) -> None:
        assert world.passes(seconds) == []

    async def sleeps() -> None:
        await world.pulse.resting(sleep)(5 * BOUND)

    asyncio.run(sleeps())
    assert world.pulse.late == 0


def test_waiting_for_others_is_no_stall(world: World) -> None:
    """A broker that has nothing to tell, a journal that is full because a sink is away."""
    with world.pulse.idle():
        assert world.passes(50 * BOUND) == []
    assert world.passes(BOUND + EVERY) != []


def test_a_second_loop_stalls_for_itself(world: World) -> None:
    """That the stream is heard does not hide that nobody asks for what was missed."""
    filling = world.pulse.another()
    assert world.passes(BOUND + EVERY, beating=True) != []
    filling.beat()
    assert world.passes(EVERY, beating=True) == []


def test_a_process_that_stood_still_does_not_blame_its_sources(world: World) -> None:
    """One that was stopped for an hour: all are late, until they have had their turn."""
    world.now += 3600
    world.stalls.look()
    assert world.stalls.reasons() == []
    assert world.passes(EVERY, beating=True) == []
