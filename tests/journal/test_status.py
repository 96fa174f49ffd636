"""How far routes are, as `status` tells it."""

from __future__ import annotations

from pathlib import Path

from adapters.journal import Database, Journal, status
from adapters.journal.status import RouteStatus
from tests.journal.conftest import Clock, Heard


async def test_lag_and_age_are_of_what_a_route_has_not_passed(journal: Journal, heard: Heard, clock: Clock) -> None:
    """A route behind by two has a lag of two, and the age of the first of them; one at the end has none."""
    await journal.append([heard()])
    clock.move(5)
    await journal.append([heard(), heard()])
    clock.move(7)
    await journal.advance("cd", 1)
    await journal.advance("raw", 3)
    await journal.park("raw", 2, "no")
    assert journal.status(["cd", "raw", "new"]) == [
        RouteStatus("cd", 1, 2, 7.0, 0),
        RouteStatus("raw", 3, 0, 0.0, 1),
        RouteStatus("new", 0, 3, 12.0, 0),
    ]


async def test_known_routes_are_those_that_left_a_trace(journal: Journal, heard: Heard, path: Path) -> None:
    """A route with a cursor or a dead letter is known, also to another process."""
    await journal.append([heard()])
    await journal.advance("raw", 1)
    await journal.park("cd", 1, "no")
    with Database(path) as database:
        assert status.known_routes(database) == ["cd", "raw"]


async def test_size_grows_with_what_is_held(journal: Journal, heard: Heard) -> None:
    """The size is at least that of the bodies."""
    before = journal.size()
    await journal.append([heard(bytes(1 << 20))])
    assert journal.size() >= before + (1 << 20)
