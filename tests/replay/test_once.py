"""A replay that was done is not done again: run three times, it publishes once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import JournalUnavailable
from adapters.journal.lock import locked
from adapters.replay import jobs
from adapters.replay.archive import Shard
from adapters.replay.plan import Progress, Replay
from adapters.replay.run import replay
from tests.replay.support import builds, plan, replayed, subjects
from tests.service import build


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A hundred builds that finished, one a line."""
    path = tmp_path / "history.ndjson"
    path.write_bytes(b"\n".join(map(build, range(100))))
    return path


def once(folder: Path, history: Path, **changes: Any) -> Replay:
    """A replay whose checkpoint stays."""
    return plan(folder, [history], once=True, **changes)


async def test_run_three_times_it_publishes_once(tmp_path: Path, history: Path) -> None:
    """Who runs it again is told how many records there were, and that it is over."""
    runs = [await replayed(once(tmp_path, history)) for _ in range(3)]
    assert subjects(tmp_path) == builds(100)
    assert [(each.records, each.over) for each in runs] == [(100, False), (100, True), (100, True)]


async def test_what_was_parked_is_still_told(tmp_path: Path, history: Path) -> None:
    """Nobody takes what is over for what went well: the count and the dead letters stay."""
    history.write_bytes(build(0) + b"\n{broken\n")
    assert [(await replayed(once(tmp_path, history))).parked for _ in range(2)] == [1, 1]
    assert len((tmp_path / "state.dead-letters.jsonl").read_bytes().splitlines()) == 1


@pytest.mark.parametrize("asked", [{"since": "2024-01-01T00:00:00Z"}, {"fresh": True}], ids=str)
async def test_what_is_asked_for_anew_is_done(tmp_path: Path, history: Path, asked: dict[str, Any]) -> None:
    """Other events than those that were published, or all of them over again."""
    await replayed(once(tmp_path, history))
    (tmp_path / "events.jsonl").unlink()
    assert not (await replayed(once(tmp_path, history, **asked))).over
    assert subjects(tmp_path) == builds(100)


async def test_an_archive_that_has_grown_is_not_done(tmp_path: Path, history: Path) -> None:
    """What came since is not lost; what was there before is published again, but not where the file ends with it."""
    await replayed(once(tmp_path, history))
    with history.open("ab") as file:
        file.write(b"\n" + build(100))
    assert not (await replayed(once(tmp_path, history))).over
    assert subjects(tmp_path) == builds(101)


async def test_an_interrupted_replay_is_not_done(tmp_path: Path) -> None:
    """It goes on where it was, and then is done."""
    history = tmp_path / "history.ndjson"
    history.write_bytes(b"\n".join(map(build, range(3000))))
    halfway = asyncio.Event()

    def report(progress: Progress) -> None:
        if progress.records >= 1000:
            halfway.set()

    running = asyncio.ensure_future(replay(once(tmp_path, history), report))
    await halfway.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    runs = [await replayed(once(tmp_path, history)) for _ in range(2)]
    assert [each.over for each in runs] == [False, True]
    assert set(subjects(tmp_path)) == set(builds(3000))


async def test_two_at_once_are_one(tmp_path: Path, history: Path) -> None:
    """A pod that is thought to be dead, and the one that is started in its place: the second is told to wait."""
    with locked(tmp_path / "state.lock"), pytest.raises(JournalUnavailable, match=r"checkpoint .* another process"):
        await replayed(once(tmp_path, history))
    assert not (tmp_path / "events.jsonl").exists()
    assert (await replayed(once(tmp_path, history))).records == 100


async def test_an_archive_of_another_tool_is_not_done(tmp_path: Path, history: Path) -> None:
    """Nothing of it was known, so that the mapping is to be mended, and then there is something to do."""
    history.write_bytes(b'{"kind": "unheard-of"}\n')
    runs = [await replayed(once(tmp_path, history)) for _ in range(2)]
    assert [(each.strange, each.over) for each in runs] == [(True, False)] * 2


async def test_each_shard_is_done_by_itself(tmp_path: Path, history: Path) -> None:
    """A pod that is started again after its index was done publishes nothing; another has still to do its own."""
    for index in (0, 0, 1, 1):
        share = once(tmp_path, history, shard=Shard(index, 2))
        await replayed(replace(share, state=tmp_path / f"{index}.json"))
    assert subjects(tmp_path) == builds(100)


def test_processes_that_were_all_done_are_over(tmp_path: Path, history: Path) -> None:
    """With a share each, in a checkpoint of its own."""
    runs = [jobs.run(once(tmp_path, history), 2, lambda _: None) for _ in range(2)]
    assert [(each.records, each.over) for each in runs] == [(100, False), (100, True)]
    assert subjects(tmp_path) == builds(100)
