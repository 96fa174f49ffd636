"""What is acknowledged is flushed to the disk; how far a route came need not be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.journal import Journal
from tests.journal.conftest import Heard


def modes(statements: Iterable[str]) -> Iterator[str]:
    """The synchronous mode of each commit: in FULL it flushes (sqlite.org/pragma.html#pragma_synchronous)."""
    mode = "FULL"
    for statement in statements:
        if statement.startswith("PRAGMA synchronous = "):
            mode = statement.split()[-1]
        elif statement == "COMMIT":
            yield mode


async def test_progress_alone_costs_no_flush(journal: Journal, heard: Heard) -> None:
    """An append does, also behind one that did not; whoever dies then publishes again what was passed since."""
    said: list[str] = []
    journal._database._connection.set_trace_callback(said.append)
    await journal.append([heard(b"1")])
    await journal.advance("legacy", 1)
    await journal.append([heard(b"2")])
    await journal.park("legacy", 2, "no")
    assert list(modes(said)) == ["FULL", "NORMAL", "FULL", "FULL"]
    assert journal.cursor("legacy") == 1
