"""The journal: what is appended is durable, in order, and read as it was."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import aclosing, closing
from pathlib import Path

import pytest

from adapters.errors import JournalUnavailable
from adapters.journal import Database, Journal, log
from adapters.model import Checkpoint, Notification, Record
from tests.journal.conftest import Clock, Heard
from tests.waiting import PATIENCE


async def bodies(journal: Journal, after: int = 0) -> list[bytes]:
    """The bodies beyond a number."""
    return [record.notification.body for record in await journal.read(after, 1000)]


async def test_a_notification_comes_back_as_it_was(journal: Journal, clock: Clock) -> None:
    """Body, headers, position and the time to the microsecond are what was appended."""
    said = Notification("gerrit", bytes(range(256)), clock(), {"x-event": "ref \u00fc"}, "17")
    await journal.append([said])
    [record] = await journal.read(0, 10)
    assert record == Record(1, Notification("gerrit", said.body, said.received_at, said.headers, "17"))


async def test_what_was_appended_survives_closing(path: Path, heard: Heard) -> None:
    """A journal that is opened again has its records, cursors and checkpoints."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.append([heard(b"a")], [Checkpoint("jenkins", "log", "12")])
    await journal.advance("raw", 1)
    await journal.aclose()
    journal = Journal(path, max_bytes=1 << 30)
    assert (await bodies(journal), journal.cursor("raw"), journal.checkpoints("jenkins")) == ([b"a"], 1, {"log": "12"})
    await journal.aclose()


async def test_concurrent_appends_are_all_kept_and_share_commits(journal: Journal, heard: Heard) -> None:
    """Each of many callers finds its notification in the log, though there are far fewer commits than callers."""
    commits: list[str] = []
    journal._database._connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    await asyncio.gather(*(journal.append([heard(b"%d" % number)]) for number in range(300)))
    assert sorted(map(int, await bodies(journal))) == list(range(300))
    assert 1 <= len(commits) <= 30


async def test_appends_of_one_caller_keep_their_order(journal: Journal, heard: Heard) -> None:
    """What is appended later is read later."""
    for number in range(20):
        await journal.append([heard(b"%d" % number), heard(b"%d'" % number)])
    assert await bodies(journal) == [b"%d%s" % (n, mark) for n in range(20) for mark in (b"", b"'")]


async def test_a_checkpoint_is_committed_with_its_notification_or_not_at_all(path: Path, heard: Heard) -> None:
    """When the last statement of an append fails, neither the notification nor the checkpoint is there."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.append([heard(b"a")], [Checkpoint("jenkins", "log", "1")])
    with closing(sqlite3.connect(path)) as other:
        other.execute(
            "CREATE TRIGGER fault BEFORE INSERT ON checkpoint WHEN new.value = '2' BEGIN SELECT raise(ABORT, 'x'); END"
        )
    with pytest.raises(JournalUnavailable):
        await journal.append([heard(b"b")], [Checkpoint("jenkins", "log", "2")])
    assert (await bodies(journal), journal.checkpoints("jenkins")) == ([b"a"], {"log": "1"})
    await journal.aclose()


async def test_a_failing_append_fails_alone(path: Path, heard: Heard) -> None:
    """Of appends that share a commit, the faulty one raises and the others are kept."""
    journal = Journal(path, max_bytes=1 << 30)
    with closing(sqlite3.connect(path)) as other:
        other.execute(
            "CREATE TRIGGER fault BEFORE INSERT ON notification WHEN new.source = 'bad'"
            " BEGIN SELECT raise(ABORT, 'x'); END"
        )
    names = ["a", "bad", "b", "bad", "c"]
    appends = (journal.append([heard(name.encode(), source=name)]) for name in names)
    outcomes = await asyncio.gather(*appends, return_exceptions=True)
    assert [isinstance(outcome, JournalUnavailable) for outcome in outcomes] == [False, True, False, True, False]
    assert await bodies(journal) == [b"a", b"b", b"c"]
    await journal.aclose()


async def test_a_source_sees_only_its_own_checkpoints(journal: Journal) -> None:
    """Checkpoints are by source and key, the latest value of each."""
    marks = [("a", "x", "1"), ("a", "y", "2"), ("b", "x", "3"), ("a", "x", "4")]
    await journal.append([], [Checkpoint(*mark) for mark in marks])
    assert journal.checkpoints("a") == {"x": "4", "y": "2"}
    assert journal.checkpoints("b") == {"x": "3"}
    assert journal.checkpoints("c") == {}


async def test_checkpoints_that_share_a_commit_keep_their_order(journal: Journal) -> None:
    """The last word about an input holds, be it a place or that it is forgotten."""
    words = [("x", None), ("x", "1"), ("y", "2"), ("y", None)]
    await asyncio.gather(*(journal.append([], [Checkpoint("a", key, value)]) for key, value in words))
    assert journal.checkpoints("a") == {"x": "1"}


async def test_a_read_of_large_bodies_is_cut_but_never_empty(journal: Journal, heard: Heard) -> None:
    """A read ends once its bodies pass the bound; one body larger than it is read alone."""
    large = bytes(log.READ_BYTES // 2 + 1)
    await journal.append([heard(large), heard(large), heard(large), heard(bytes(log.READ_BYTES + 1))])
    assert [len(await journal.read(after, 10)) for after in (0, 2, 3, 4)] == [2, 2, 1, 0]


async def test_waiting_ends_when_something_is_appended(journal: Journal, heard: Heard) -> None:
    """`wait` returns at once for what is there, and otherwise only after what it waits for is appended."""
    await journal.append([heard()])
    await asyncio.wait_for(journal.wait(0), 5)
    waiting, later = journal.wait(1), journal.wait(2)
    await journal.advance("raw", 1)
    assert not waiting.done()
    await journal.append([heard()])
    await asyncio.wait_for(waiting, 5)
    assert not later.done()
    await journal.append([heard()])
    await asyncio.wait_for(later, 5)


async def test_a_cancelled_append_still_wakes_its_readers(journal: Journal, heard: Heard) -> None:
    """A caller that goes away after handing over does not leave its record unread."""
    appending = asyncio.ensure_future(journal.append([heard(b"orphan")]))
    await asyncio.sleep(0)
    appending.cancel()
    await asyncio.wait_for(journal.wait(0), 5)
    assert await bodies(journal) == [b"orphan"]


async def test_a_check_looks_at_both_ways(journal: Journal) -> None:
    """A journal that can be written but not read is not ready."""
    await journal.check()
    journal._reads.close()
    with pytest.raises(JournalUnavailable):
        await journal.check()


async def test_a_cursor_never_goes_back(journal: Journal) -> None:
    """Advancing to an earlier record changes nothing."""
    await journal.advance("raw", 7)
    await journal.advance("raw", 3)
    assert journal.cursor("raw") == 7


async def test_what_goes_with_a_cursor_is_kept_with_it(journal: Journal) -> None:
    """All or none: where a checkpoint cannot be kept, the record is not passed."""
    await journal.advance("raw", 1, [Checkpoint("shadow raw", "same", "1")])
    impossible = Checkpoint("shadow raw", "other", object())  # type: ignore[arg-type]  # the database refuses it
    with pytest.raises(JournalUnavailable):
        await journal.advance("raw", 2, [Checkpoint("shadow raw", "same", "2"), impossible])
    assert (journal.cursor("raw"), journal.checkpoints("shadow raw")) == (1, {"same": "1"})


async def test_nothing_is_taken_when_closed(path: Path, heard: Heard) -> None:
    """A closed journal refuses, and says why."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.aclose()
    with pytest.raises(JournalUnavailable, match="closed"):
        await journal.append([heard()])


async def test_what_was_handed_over_before_closing_is_kept(path: Path, heard: Heard) -> None:
    """Closing commits what is under way."""
    journal = Journal(path, max_bytes=1 << 30)
    appends = [asyncio.ensure_future(journal.append([heard(b"%d" % number)])) for number in range(50)]
    await asyncio.sleep(0)
    await journal.aclose()
    await asyncio.gather(*appends)
    with Database(path) as database:
        assert len(log.read(database, 0, 100)) == 50


@pytest.mark.usefixtures("journal")
async def test_only_one_process_has_it_open(path: Path) -> None:
    """A second service on the same file is refused."""
    with pytest.raises(JournalUnavailable, match="another process"):
        Journal(path, max_bytes=1 << 30)


async def test_what_waits_for_delivery_waits_for_every_route(path: Path, heard: Heard) -> None:
    """Until the last of them has passed the record; where there is no route, for none."""
    async with aclosing(Journal(path, max_bytes=1 << 30, routes=["raw", "cd"])) as journal:
        seq = await journal.append([heard(b"a")])
        waiting = asyncio.create_task(journal.passed(seq))
        await journal.advance("raw", seq)
        await journal.advance("cd", seq - 1)
        assert not waiting.done()
        await journal.advance("cd", seq)
        async with asyncio.timeout(PATIENCE):
            await waiting
    async with aclosing(Journal(path.with_name("other.db"), max_bytes=1 << 30, routes=[])) as journal:
        await journal.passed(await journal.append([heard(b"a")]))


async def test_it_is_quiet_while_somebody_waits_for_a_record_and_nobody_appends(journal: Journal, heard: Heard) -> None:
    """So that what is done ahead of it is wanted, and holds up nobody."""
    assert not journal.quiet
    there = journal.wait(0)
    assert journal.quiet
    appending = asyncio.ensure_future(journal.append([heard()]))
    await asyncio.sleep(0)
    assert not journal.quiet
    await appending
    await there
    assert not journal.quiet
