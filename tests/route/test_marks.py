"""What a sink told that it took is not published again by the next process; all else is, in its order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import PermanentError, TransientError
from adapters.journal import Journal
from adapters.metrics import Metrics
from adapters.model import Message
from adapters.sinks.contract import Taken
from tests.route.conftest import Bench, Recorder, heard, letters, running
from tests.waiting import eventually


class Mortal(Recorder):
    """Takes messages one by one as it is told, tells of each from a thread, and then hangs until it is killed."""

    def __init__(self, life: Sequence[int]) -> None:
        super().__init__()
        self._life = life
        self.hangs = asyncio.Event()

    async def tell(self, batch: Sequence[Message], taken: Taken) -> None:
        """What is in its life is the place of a message among those that it has not got."""
        places = dict.fromkeys(each % len(batch) for each in self._life)
        for place in places:
            self.taken.append(batch[place])
            await asyncio.to_thread(taken, place)
        self.hangs.set()
        await asyncio.Event().wait()


lives = st.lists(st.lists(st.integers(0, 30), max_size=12), max_size=5)


@settings(max_examples=25, deadline=None)
@given(lives=lives, count=st.integers(1, 25), batch=st.integers(1, 30))
def test_killed_at_any_moment_it_publishes_each_message_once(
    tmp_path_factory: pytest.TempPathFactory, lives: list[list[int]], count: int, batch: int
) -> None:
    """Where the sink could tell of all that it took, in whatever order; and what is left comes in order."""
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    published, left = asyncio.run(_lived(path, lives, count, batch))
    assert sorted(published + left) == sorted(map(str, range(count)))
    assert left == sorted(left, key=int)


async def _lived(path: Path, lives: list[list[int]], count: int, batch: int) -> tuple[list[str], list[str]]:
    """What sinks took before they were killed, and what the last one took."""
    async with aclosing(Journal(path, max_bytes=1 << 30)) as journal:
        await journal.append([heard(str(number)) for number in range(count)])
    published: list[str] = []
    for life in lives:
        async with aclosing(Journal(path, max_bytes=1 << 30)) as journal:
            sink = Mortal(life)
            route = Bench(journal, Metrics()).route(sink, batch=batch)
            route.drain()
            async with running(route):
                await eventually(lambda: sink.hangs.is_set() or journal.cursor("raw") == count)  # noqa: B023 - at once
            published += sink.data()
    async with aclosing(Journal(path, max_bytes=1 << 30)) as journal:
        left = await Bench(journal, Metrics()).drained(Recorder(), batch=batch)
    return published, left.data()


async def test_what_is_tried_again_is_told_as_well(bench: Bench) -> None:
    """After a failure, too, a kill repeats what was not told, and not the batch."""
    await bench.hear("a", "b", "c", "d")

    class Failing(Mortal):
        async def tell(self, batch: Sequence[Message], taken: Taken) -> None:
            if len(batch) == 4:
                self.taken.append(batch[0])
                raise TransientError("down", delivered=1)
            await super().tell(batch, taken)

    sink = Failing([1])
    async with running(bench.route(sink)):
        await sink.hangs.wait()
    assert sink.data() == ["a", "c"]
    assert (await bench.drained(Recorder())).data() == ["b", "d"]


async def test_what_was_refused_is_a_dead_letter_all_the_same(bench: Bench, path: Path) -> None:
    """A record of which a part was taken before a kill is parked when the rest is refused."""
    await bench.hear("a", "poison", "c")
    sink = Mortal([0, 2])
    async with running(bench.route(sink)):
        await sink.hangs.wait()
    rest = Recorder()
    rest.answers.append(PermanentError("answered 400"))
    assert (await bench.drained(rest)).data() == []
    assert letters(path) == [("raw", 2, "answered 400", 1)]
    assert bench.journal.cursor("raw") == 3


async def test_another_route_does_not_miss_it(bench: Bench) -> None:
    """What one sink took is not what another did."""
    await bench.hear("a", "b")
    sink = Mortal([0, 1])
    async with running(bench.route(sink)):
        await sink.hangs.wait()
    assert (await bench.drained(Recorder(), "other")).data() == ["a", "b"]


async def test_another_record_with_its_number_is_published(bench: Bench, tmp_path: Path) -> None:
    """A journal that was begun anew beside the marks of the old one is not held to them."""
    await bench.hear("a")
    sink = Mortal([0])
    async with running(bench.route(sink)):
        await sink.hangs.wait()
    async with aclosing(Journal(tmp_path / "new.db", max_bytes=1 << 30)) as journal:
        journal.marks("raw").write_bytes(bench.journal.marks("raw").read_bytes())
        fresh = Bench(journal, bench.metrics)
        later = heard("a")
        await journal.append([later._replace(received_at=later.received_at.replace(microsecond=1))])
        assert (await fresh.drained(Recorder())).data() == ["a"]
