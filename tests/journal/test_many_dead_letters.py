"""Dead letters, however many, are nobody's business but theirs: what is heard is acknowledged as fast as without."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from adapters.errors import JournalUnavailable
from adapters.journal import Database, Journal, deadletters, log
from tests.journal.conftest import Clock, Heard

MANY = 300_000
LIMIT = 1 << 20
PARKED = """
INSERT INTO notification (source, received_at, headers, position, body)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
  SELECT 'tool', 0, x'7b7d', '', zeroblob(200) FROM n;
INSERT INTO dead_letter
  SELECT 'cd', seq, 'acme/mapping.yaml:7:3: rule a: build.name is missing', 0, 1, 0 FROM notification;
INSERT INTO cursor VALUES ('cd', {count});
"""


async def filled(journal: Journal, heard: Heard) -> int:
    """Appends until nothing more is taken; the number of the last record."""
    with suppress(JournalUnavailable):
        while True:
            await journal.append([heard(bytes(1 << 16))])
    return journal.last


@pytest.mark.parametrize("how", ["resolved", "dropped by another process"])
async def test_what_a_dead_letter_kept_gives_way_when_it_is_gone(
    path: Path, heard: Heard, clock: Clock, how: str
) -> None:
    """Although it was passed over before: a journal that was full of them goes on."""
    journal = Journal(path, max_bytes=LIMIT, routes=["cd"], clock=clock)
    last = await filled(journal, heard)
    for seq in range(1, last + 1):
        await journal.park("cd", seq, "no")
    await journal.advance("cd", last)
    for _ in range(2):
        with pytest.raises(JournalUnavailable, match="it is full"):
            await journal.append([heard(bytes(1 << 16))])
    if how == "resolved":
        await journal.resolve("cd", 3)
        await journal.resolve("cd", 5)
    else:
        with Database(path) as database:
            assert deadletters.drop(database, "cd", 3) + deadletters.drop(database, seq=5) == 2
    await journal.append([heard(b"new")])
    left = [record.seq for record in await journal.read(0, 100)]
    assert 3 not in left
    assert {*range(6, last + 2)} < {*left}
    await journal.aclose()


async def test_many_are_marked_and_dropped_in_pieces(
    journal: Journal, heard: Heard, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that are chosen, and no other, whatever a piece is; the service can write between two."""
    monkeypatch.setattr(deadletters, "PIECE", 3)
    await journal.append([heard() for _ in range(10)])
    for seq in range(1, 11):
        await journal.park("cd", seq, "no")
        await journal.park("raw", seq, "no")
    with Database(path) as database:
        assert deadletters.retry(database, "cd") == 10
        assert deadletters.retry(database, seq=4) == 2
        assert [(each.route, each.seq) for each in deadletters.listed(database) if each.retry] == [
            *(("cd", seq) for seq in range(1, 11)),
            ("raw", 4),
        ]
        assert deadletters.drop(database, "cd") == 10
        assert deadletters.drop(database) == 10


async def acknowledged(journal: Journal, heard: Heard, beside: Callable[[], Awaitable[object]]) -> float:
    """Seconds that an append takes, in the middle of many, while something else is done again and again."""

    async def again() -> None:
        while True:
            await beside()

    task = asyncio.create_task(again())
    times = []
    for _ in range(200):
        began = perf_counter()
        await journal.append([heard(bytes(1 << 12))])
        times.append(perf_counter() - began)
    task.cancel()
    return median(times)


async def measured(path: Path, heard: Heard, clock: Clock, count: int) -> dict[str, float]:
    """How long an append takes beside so many dead letters, by what is done meanwhile."""
    await Journal(path, max_bytes=1 << 30, clock=clock).aclose()
    with sqlite3.connect(path) as connection:
        connection.executescript(PARKED.format(count=count))
    connection.close()
    journal = Journal(path, max_bytes=1 << 30, routes=["cd"], clock=clock)
    numbers = iter(range(1, count))

    async def delivered() -> None:
        await journal.advance("cd", journal.last)

    times = {
        "nothing": await acknowledged(journal, heard, lambda: asyncio.sleep(0.01)),
        "metrics": await acknowledged(journal, heard, lambda: asyncio.to_thread(journal.status, ["cd"])),
        "retries": await acknowledged(journal, heard, lambda: journal.due("cd", 100)),
        "deliveries": await acknowledged(journal, heard, lambda: journal.resolve("cd", next(numbers))),
        "pruning": await acknowledged(journal, heard, lambda: journal.prune(keep=1e9)),
    }
    await delivered()
    journal._room._max_bytes = journal.size() - journal._reads.ahead() - (1 << 16)
    times["giving way"] = await acknowledged(journal, heard, delivered)
    await journal.aclose()
    return times


@pytest.mark.slow
async def test_many_dead_letters_do_not_slow_acknowledgements(
    tmp_path: Path, heard: Heard, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 300,000 beside a thousand, whatever goes on with them, and in a journal that has to make room, too."""
    monkeypatch.setattr(log, "PRUNE_ROWS", 1)  # so that it has to for each one
    few = await measured(tmp_path / "few.db", heard, clock, 1000)
    many = await measured(tmp_path / "many.db", heard, clock, MANY)
    slower = {name: (round(few[name], 5), round(many[name], 5)) for name in few if many[name] > 3 * few[name] + 0.005}
    assert not slower
