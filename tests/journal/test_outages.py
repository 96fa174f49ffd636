"""Why a sink takes nothing, for another process to see."""

from __future__ import annotations

from pathlib import Path

from adapters.journal import Database, Journal, outages
from tests.journal.conftest import Clock


async def test_another_process_sees_why_and_since_when(journal: Journal, path: Path, clock: Clock) -> None:
    """It begins once, whatever its reason becomes, and stays to be seen when it is over."""
    begun = clock()
    await journal.outage("raw", "away")
    clock.move(5)
    await journal.outage("raw", "busy")
    with Database(path) as other:
        assert outages.known(other) == {"raw": outages.Outage("raw", "busy", begun, None)}
        clock.move(5)
        await journal.outage("raw", None)
        assert outages.known(other) == {"raw": outages.Outage("raw", "busy", begun, clock())}


async def test_an_end_without_a_beginning_is_nothing(journal: Journal, path: Path) -> None:
    """A route that delivers has had no outage."""
    await journal.outage("raw", None)
    with Database(path) as other:
        assert outages.known(other) == {}


async def test_the_next_process_finds_out_for_itself(path: Path, clock: Clock) -> None:
    """What lasted when a process ended is over when the next one opens the journal."""
    first = Journal(path, max_bytes=1 << 30, clock=clock)
    await first.outage("raw", "away")
    await first.aclose()
    clock.move(60)
    second = Journal(path, max_bytes=1 << 30, clock=clock)
    await second.aclose()
    with Database(path) as other:
        assert outages.known(other)["raw"].until == clock()
