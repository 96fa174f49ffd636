"""History becomes events: once, in order, whatever interrupts it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.aside.plan import Loaded, Plan, read
from adapters.journal import Journal
from adapters.model import Notification, Record
from adapters.reading.units import unit
from adapters.replay import jobs
from adapters.replay.archive import Shard
from adapters.replay.log import ArchiveLog, State
from adapters.replay.plan import Progress
from adapters.replay.run import BATCH, replay
from adapters.route.chunk import Answer, made
from tests.replay.support import builds, plan, replayed, subjects
from tests.service import build


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Three thousand builds that finished, one a line."""
    path = tmp_path / "history.ndjson"
    path.write_bytes(b"\n".join(map(build, range(3000))))
    return path


async def test_every_record_is_published_in_order_with_its_own_time(tmp_path: Path, history: Path) -> None:
    """All of the archive comes out, as it stood there; the events' times are the builds'."""
    progress = await replayed(plan(tmp_path, [history]))
    assert (progress.records, progress.parked, progress.events.total()) == (3000, 0, 3000)
    assert progress.done == progress.total == history.stat().st_size
    assert subjects(tmp_path) == builds(3000)
    first = orjson.loads((tmp_path / "events.jsonl").read_bytes().splitlines()[0])
    assert first["time"] == "2024-06-10T06:13:20.000Z"
    assert not (tmp_path / "state.json").exists()


class Beside:
    """Renders by what another process would be told, and has room for all."""

    ahead, revision = 3, 0
    asked = 0

    def __init__(self, told: Plan, *_: object) -> None:
        self._loaded = Loaded(read(told.written()))

    def begin(self, route: str, records: Sequence[Record]) -> asyncio.Future[Answer]:
        """At once."""
        Beside.asked += 1
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        future.set_result(Answer([*made(self._loaded.renders[route], records)]))
        return future

    async def aclose(self) -> None:
        """It has nothing."""


async def test_another_process_makes_nothing_else_of_it(
    tmp_path: Path, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same events are chosen, published and counted, also those that are outside of the times."""
    alone, helped = tmp_path / "alone", tmp_path / "helped"
    between = {"since": "2024-06-10T06:13:21Z", "until": "2024-06-10T06:13:22Z"}
    monkeypatch.setattr("adapters.child.cores.cores", lambda: 1)
    expected = await replayed(plan(alone, [history], **between))
    monkeypatch.setattr("adapters.child.cores.cores", lambda: 2)
    monkeypatch.setattr("adapters.replay.run.Aside", Beside)
    assert await replayed(plan(helped, [history], **between)) == expected
    assert 0 < expected.events.total() < 3000
    assert (helped / "events.jsonl").read_bytes() == (alone / "events.jsonl").read_bytes()
    assert Beside.asked == 3000 // BATCH


@pytest.mark.parametrize(
    ("chosen", "count"),
    [({"types": ("change.*",)}, 0), ({"when": {"subject.id": {"matches": "job/load/.[05]/"}}}, 18)],
)
async def test_only_what_the_route_chooses_is_published(
    tmp_path: Path, history: Path, chosen: dict[str, Any], count: int
) -> None:
    """What the route leaves out while it runs, it leaves out of history too."""
    what = plan(tmp_path, [history])
    route = what.config.routes["all"].model_copy(update=chosen)
    config = what.config.model_copy(update={"routes": {"all": route}})
    progress = await replayed(replace(what, config=config))
    assert (progress.records, progress.parked, progress.events.total()) == (3000, 0, count)


async def test_replaying_twice_gives_the_same_ids(tmp_path: Path, history: Path) -> None:
    """A second replay publishes the same ids again."""
    file, ids = tmp_path / "events.jsonl", Counter[str]()
    for _ in range(2):
        await replayed(plan(tmp_path, [history]))
        ids.update(orjson.loads(line)["id"] for line in file.read_bytes().splitlines())
        file.unlink()
    assert set(ids.values()) == {2}
    assert len(ids) == 3000


async def test_interrupted_replay_goes_on_where_it_was(tmp_path: Path, history: Path) -> None:
    """Cancelled in the middle, the next run begins behind what was published; nothing is lost or said twice."""
    what = plan(tmp_path, [history])
    halfway = asyncio.Event()

    def report(progress: Progress) -> None:
        if progress.records >= 1000:
            halfway.set()

    running = asyncio.ensure_future(replay(what, report))
    await halfway.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert 1000 <= len(subjects(tmp_path)) < 3000
    progress = await replayed(what)
    assert progress.resumed >= 1000
    assert progress.records == 3000
    assert subjects(tmp_path)[: progress.resumed] == builds(progress.resumed)
    assert set(subjects(tmp_path)) == set(builds(3000))


async def test_bad_record_is_parked_with_its_file_and_line(tmp_path: Path) -> None:
    """What cannot be translated is set aside with file, line, reason and text, and the replay goes on."""
    path = tmp_path / "history.ndjson"
    path.write_bytes(build(1) + b"\n{broken\n" + build(2))
    progress = await replayed(plan(tmp_path, [path]))
    assert (progress.records, progress.parked) == (3, 1)
    assert subjects(tmp_path) == ["job/load/1/", "job/load/2/"]
    letter = orjson.loads(State(tmp_path / "state.json").dead_letters.read_bytes())
    assert letter["where"] == f"{path}:2"
    assert letter["reason"].startswith("the body is not JSON")
    assert letter["body"] == "{broken"


async def test_damaged_file_is_parked_and_the_next_is_read(tmp_path: Path, history: Path) -> None:
    """A compressed file that ends too early is a dead letter, not the end."""
    (tmp_path / "a.ndjson.gz").write_bytes(b"\x1f\x8b\x08\x00garbage")
    progress = await replayed(plan(tmp_path, [tmp_path / "a.ndjson.gz", history]))
    assert (progress.records, progress.parked) == (3000, 1)


async def test_times_bound_what_is_published(tmp_path: Path, history: Path) -> None:
    """From `since` on and before `until`, by the events' own times to the millisecond."""
    bounds = {"since": "2024-06-10T06:13:20Z", "until": "2024-06-10T06:13:20.005Z"}
    progress = await replayed(plan(tmp_path, [history], **bounds))
    assert progress.records == 3000
    assert subjects(tmp_path) == builds(5)


async def test_dry_run_publishes_nothing(tmp_path: Path, history: Path) -> None:
    """It counts what would be published, by type."""
    progress = await replayed(plan(tmp_path, [history], dry_run=True))
    assert progress.events == {"dev.cdevents.pipelinerun.finished.0.3.0": 3000}
    assert not (tmp_path / "events.jsonl").exists()


async def test_shards_together_are_the_whole(tmp_path: Path, history: Path) -> None:
    """Three machines with a shard each publish everything, none of it twice."""
    for index in range(3):
        await replayed(plan(tmp_path, [history], shard=Shard(index, 3)))
    assert subjects(tmp_path) == builds(3000)


def test_jobs_together_are_the_whole(tmp_path: Path, history: Path) -> None:
    """Two processes publish everything, none of it twice, each into a file of its own."""
    seen: list[int] = []
    progress = jobs.run(plan(tmp_path, [history]), 2, lambda progress: seen.append(progress.records))
    assert (progress.records, seen[-1]) == (3000, 3000)
    assert subjects(tmp_path) == builds(3000)
    assert {path.name for path in tmp_path.glob("events*")} == {"events-1of2.jsonl", "events-2of2.jsonl"}


async def test_journal_is_an_archive(tmp_path: Path) -> None:
    """What a journal still holds is translated anew, each record as of the source that it came from."""
    journal = Journal(tmp_path / "journal.db", max_bytes=1 << 30)
    heard = datetime(2026, 1, 1, tzinfo=UTC)
    await journal.append([Notification("jenkins", build(number), heard) for number in range(700)])
    await journal.aclose()
    progress = await replayed(plan(tmp_path, [tmp_path / "journal.db"]))
    assert progress.records == 700
    assert subjects(tmp_path) == builds(700)


async def test_of_a_journal_the_routes_sources_are_replayed(tmp_path: Path) -> None:
    """As they were published when they were heard; what others said is read, and left out."""
    journal = Journal(tmp_path / "journal.db", max_bytes=1 << 30)
    heard = datetime(2026, 1, 1, tzinfo=UTC)
    await journal.append([Notification(source, build(1), heard) for source in ("jenkins", "twin")])
    await journal.aclose()
    what = plan(tmp_path, [tmp_path / "journal.db"])
    jenkins, route = what.config.sources["jenkins"], what.config.routes["all"]
    changes = {
        "sources": {"jenkins": jenkins, "twin": jenkins},
        "routes": {"all": route.model_copy(update={"sources": ("jenkins",)})},
    }
    progress = await replayed(replace(what, config=what.config.model_copy(update=changes)))
    assert (progress.records, progress.events.total()) == (2, 1)


async def test_rate_is_kept(tmp_path: Path, history: Path) -> None:
    """No more records a second are handed out than allowed, by the clock it is given."""
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    log = ArchiveLog([unit(history)], "s", State(tmp_path / "state.json"), rate=100, clock=lambda: now, sleep=sleep)
    while records := await log.read(50):
        await log.advance(records[-1].seq)
    assert now == pytest.approx(30.0)
