"""Room for what is new: what is delivered gives way to it, and what the file does not use goes back to the disk."""

from __future__ import annotations

from pathlib import Path

from adapters.errors import JournalUnavailable
from adapters.journal import Journal, writer
from tests.journal.conftest import Clock, Heard, fill
from tests.waiting import eventually

LIMIT = 1 << 20
KEPT = 1e9


async def taken(journal: Journal, heard: Heard, attempts: int) -> int:
    """How many of so many appends of 64 KiB are taken."""
    count = 0
    for _ in range(attempts):
        try:
            await journal.append([heard(bytes(1 << 16))])
        except JournalUnavailable:
            continue
        count += 1
    return count


async def test_what_is_delivered_gives_way_to_what_is_new(path: Path, heard: Heard, clock: Clock) -> None:
    """`keep` is a wish and `max_size` a limit: the oldest goes first, however young, and nothing is refused."""
    journal = Journal(path, max_bytes=LIMIT, routes=["raw", "cd"], clock=clock)
    for number in range(1, 60):
        assert await taken(journal, heard, 1) == 1
        await journal.advance("raw", number)
        await journal.advance("cd", number)
        await journal.prune(keep=KEPT)
        assert journal.size() <= LIMIT + (4 << 16)
    left = [record.seq for record in await journal.read(0, 100)]
    assert left == [*range(left[0], 60)]
    assert 5 < len(left) < 20
    await journal.aclose()


async def test_what_is_not_delivered_gives_way_to_nothing(path: Path, heard: Heard, clock: Clock) -> None:
    """One route that is behind, or a dead letter, keeps its records; what is new is then refused."""
    journal = Journal(path, max_bytes=LIMIT, routes=["raw", "cd"], clock=clock)
    first = await taken(journal, heard, 40)
    await journal.advance("raw", first)
    await journal.park("cd", 2, "no")
    await journal.advance("cd", 3)
    assert await taken(journal, heard, 40) > 0
    records = [record.seq for record in await journal.read(0, 100)]
    assert records[:2] == [2, 4]
    assert await taken(journal, heard, 1) == 0
    await journal.aclose()


async def test_a_journal_that_filled_its_disk_goes_on_when_all_is_delivered(
    small_disk: Path, heard: Heard, clock: Clock
) -> None:
    """Its own free pages are room: nobody has to clear the disk, neither while it runs nor after a restart."""
    path = small_disk / "journal.db"
    journal = Journal(path, max_bytes=1 << 30, routes=["raw"], clock=clock)
    count = await taken(journal, heard, 40)
    assert count < 40
    await journal.advance("raw", count)
    fill(small_disk, left=5 << 20)
    assert await taken(journal, heard, 5) == 0  # what it had of the disk is not the reserve that others took
    (small_disk / "ballast").unlink()
    for _ in range(2):
        assert await taken(journal, heard, 5) == 5
        await journal.advance("raw", journal.last)
        await journal.aclose()
        journal = Journal(path, max_bytes=1 << 30, routes=["raw"], clock=clock)
    await journal.aclose()


async def test_what_a_file_does_not_use_goes_back_to_the_disk(path: Path, heard: Heard, clock: Clock) -> None:
    """After an outage is over and delivered, the file shrinks in a pause, and so does what was written ahead."""
    journal = Journal(path, max_bytes=1 << 30, routes=["raw"], clock=clock)
    count = await taken(journal, heard, 500)
    await journal.advance("raw", count)
    clock.move(10)
    await journal.prune(keep=1)
    await eventually(lambda: path.stat().st_size < 6 << 20, timeout=40 * writer.IDLE)
    await eventually(lambda: journal.size() < 1 << 20, timeout=4 * writer.IDLE)
    await journal.append([heard(b"new")])
    assert [record.notification.body for record in await journal.read(0, 10)] == [b"new"]
    await journal.aclose()


async def test_what_the_file_system_tells_is_never_less_than_what_is_in_use(
    path: Path, heard: Heard, clock: Clock
) -> None:
    """So there is room where it says so, whatever is in the log, in the file or free: nothing else is asked then."""
    journal = Journal(path, max_bytes=1 << 30, routes=["raw"], clock=clock)
    for number in range(1, 200):
        await journal.append([heard(bytes(number * 997 % 30_000))])
        if number % 40 == 0:
            await journal.advance("raw", number)
            clock.move(10)
            await journal.prune(keep=1)
        if number % 70 == 0:
            journal._database.reclaim()
        assert journal.size() <= journal._database.most()
    await journal.aclose()
