"""Dead letters: parked, listed, tried again and dropped."""

from __future__ import annotations

from pathlib import Path

from adapters.journal import Database, Journal, deadletters, log
from adapters.journal.deadletters import DeadLetter
from tests.journal.conftest import Clock, Heard


async def test_another_process_sees_what_was_parked(journal: Journal, heard: Heard, path: Path, clock: Clock) -> None:
    """While the service runs, the list has route, record, reason and time, and the record has its bytes."""
    await journal.append([heard(b"a"), heard(b"b")])
    await journal.park("cd", 2, "no rule")
    with Database(path) as database:
        assert deadletters.listed(database) == [DeadLetter("cd", 2, "no rule", clock(), 1, retry=False)]
        assert deadletters.listed(database, "raw") == []
        record = log.record(database, 2)
        assert record is not None
        assert record.notification.body == b"b"
        assert log.record(database, 3) is None


async def test_only_marked_dead_letters_are_due(journal: Journal, heard: Heard, path: Path) -> None:
    """What another process marks is due for its route, in order, up to the limit."""
    await journal.append([heard() for _ in range(6)])
    for route, seq in [("cd", 5), ("cd", 1), ("cd", 3), ("raw", 2)]:
        await journal.park(route, seq, "no")
    with Database(path) as database:
        assert deadletters.retry(database, "cd", 5) == 1
        assert [record.seq for record in await journal.due("cd", 10)] == [5]
        assert deadletters.retry(database, "cd") == 3
    assert [record.seq for record in await journal.due("cd", 2)] == [1, 3]
    assert await journal.due("raw", 10) == []


async def test_parking_again_counts_and_clears_the_mark(journal: Journal, heard: Heard, path: Path) -> None:
    """A dead letter that fails again has the new reason, one more attempt, and is not due any more."""
    await journal.append([heard()])
    await journal.park("cd", 1, "old")
    with Database(path) as database:
        deadletters.retry(database)
        await journal.park("cd", 1, "new")
        [letter] = deadletters.listed(database)
    assert (letter.reason, letter.attempts, letter.retry) == ("new", 2, False)
    assert await journal.due("cd", 10) == []


async def test_dropping_gives_up_what_was_chosen(journal: Journal, heard: Heard, path: Path) -> None:
    """One dead letter, those of a route, or all."""
    await journal.append([heard() for _ in range(3)])
    for route in ("cd", "raw"):
        for seq in (1, 2, 3):
            await journal.park(route, seq, "no")
    with Database(path) as database:
        assert deadletters.drop(database, "cd", 2) == 1
        assert [letter.seq for letter in deadletters.listed(database, "cd")] == [1, 3]
        assert deadletters.drop(database, "cd") == 2
        assert deadletters.drop(database) == 3
        assert deadletters.listed(database) == []
