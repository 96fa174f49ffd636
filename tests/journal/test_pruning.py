"""Pruning: what goes, what stays, and what a wrong clock does to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from adapters.journal import Database, Journal, log
from tests.journal.conftest import Clock, Heard, pruned


async def numbers(journal: Journal) -> list[int]:
    """The records that are there."""
    return [record.seq for record in await journal.read(0, 10_000)]


async def test_only_what_every_route_has_passed_goes(journal: Journal, heard: Heard, clock: Clock) -> None:
    """The slowest configured route decides; one that never delivered anything holds all."""
    await journal.append([heard() for _ in range(5)])
    await journal.advance("raw", 4)
    await journal.advance("cd", 2)
    clock.move(100)
    assert await pruned(journal, ["raw", "cd", "new"], keep=10) == 0
    assert await pruned(journal, ["raw", "cd"], keep=10) == 2
    assert await numbers(journal) == [3, 4, 5]


async def test_young_records_stay(journal: Journal, heard: Heard, clock: Clock) -> None:
    """What was heard within `keep` seconds stays, though all have passed it, for replay."""
    await journal.append([heard()])
    clock.move(60)
    await journal.append([heard()])
    await journal.advance("raw", 2)
    clock.move(30)
    assert await pruned(journal, ["raw"], keep=60) == 1
    assert await numbers(journal) == [2]


async def test_a_clock_that_jumps_back_changes_no_order(journal: Journal, heard: Heard, clock: Clock) -> None:
    """What is heard after the jump is read after what was heard before it, and no age is below nothing."""
    await journal.append([heard(b"before")])
    clock.move(-3600)
    await journal.append([heard(b"after")])
    assert [record.notification.body for record in await journal.read(0, 10)] == [b"before", b"after"]
    [status] = journal.status(["raw"])
    assert (status.lag, status.oldest) == (2, 0.0)


async def test_a_clock_that_jumps_back_prunes_nothing_early(journal: Journal, heard: Heard, clock: Clock) -> None:
    """What was heard shortly before the jump stays at least for `keep`."""
    await journal.append([heard()])
    await journal.advance("raw", 1)
    clock.move(-30)
    assert await pruned(journal, ["raw"], keep=60) == 0
    clock.move(91)
    assert await pruned(journal, ["raw"], keep=60) == 1


async def test_what_was_heard_in_a_wrong_future_holds_nothing(journal: Journal, heard: Heard, clock: Clock) -> None:
    """A clock that was years ahead before it was set right does not fill the journal for years."""
    clock.move(1e8)
    await journal.append([heard()])
    clock.move(-1e8)
    await journal.append([heard()])
    await journal.advance("raw", 2)
    clock.move(61)
    assert await pruned(journal, ["raw"], keep=60) == 2


async def test_a_route_that_is_gone_holds_nothing(journal: Journal, heard: Heard, clock: Clock) -> None:
    """The cursor of a route that is not configured any more does not keep records."""
    await journal.append([heard(), heard()])
    await journal.advance("old", 1)
    await journal.advance("raw", 2)
    clock.move(10)
    assert await pruned(journal, ["raw"], keep=1) == 2


async def test_what_a_dead_letter_needs_stays(journal: Journal, heard: Heard, clock: Clock) -> None:
    """A parked record stays until it is resolved, and then goes."""
    await journal.append([heard(), heard(), heard()])
    await journal.park("cd", 2, "no")
    await journal.advance("cd", 3)
    clock.move(10)
    assert await pruned(journal, ["cd"], keep=1) == 2
    await journal.resolve("cd", 2)
    assert await pruned(journal, ["cd"], keep=1) == 1


async def test_many_records_go_in_small_transactions(journal: Journal, heard: Heard, clock: Clock) -> None:
    """All that may go does, PRUNE_ROWS at a time, so that an append waits for one batch at most."""
    count = 2 * log.PRUNE_ROWS + 1
    await journal.append([heard() for _ in range(count)])
    await journal.advance("raw", count)
    clock.move(10)
    deletes: list[str] = []
    journal._database._connection.set_trace_callback(
        lambda sql: deletes.append(sql) if "DELETE FROM notification" in sql else None
    )
    assert await pruned(journal, ["raw"], keep=1) == count
    assert len(deletes) == 3


async def test_numbers_are_never_used_again(path: Path, heard: Heard, clock: Clock) -> None:
    """After everything was pruned and the journal opened anew, a cursor still finds what is appended next."""
    journal = Journal(path, max_bytes=1 << 30, clock=clock)
    await journal.append([heard(), heard()])
    await journal.advance("raw", 2)
    clock.move(10)
    assert await pruned(journal, ["raw"], keep=1) == 2
    await journal.aclose()
    journal = Journal(path, max_bytes=1 << 30, clock=clock)
    await journal.append([heard(b"new")])
    [record] = await journal.read(journal.cursor("raw"), 10)
    assert (record.seq, record.notification.body) == (3, b"new")
    await journal.aclose()


async def test_a_pruned_journal_uses_its_space_again(journal: Journal, heard: Heard, clock: Clock, path: Path) -> None:
    """Filling and pruning in turn does not make the file grow for ever."""
    sizes = []
    for _ in range(6):
        await journal.append([heard(bytes(10_000)) for _ in range(100)])
        await journal.advance("raw", (await numbers(journal))[-1])
        clock.move(10)
        await pruned(journal, ["raw"], keep=1)
        with Database(path) as database:
            sizes.append(database.number("PRAGMA page_count"))
    assert sizes[-1] == sizes[1]
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
