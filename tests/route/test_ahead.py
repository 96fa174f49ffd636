"""What a route reads ahead, so that it is rendered elsewhere meanwhile, and what it makes of what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from adapters.model import LARGE, Record
from adapters.route.chunk import BATCH_BYTES, CHUNK_BYTES, Answer, made, movable
from adapters.route.rendered import Rendered, at_once
from tests.route.conftest import RAW, Bench, Recorder, heard

BATCH = 2
BODIES = [f"{number}" for number in range(9)]


@dataclass
class Elsewhere:
    """Another process that has room for some batches and answers with these; `asked` has what it was asked."""

    answers: list[Answer | None]
    ahead: int = 3
    revision: int = 0
    asked: list[list[int]] = field(default_factory=list)

    def begin(self, _route: str, records: Sequence[Record]) -> asyncio.Future[Answer] | None:
        """The next answer; where that is None, or there is no more, it has no room."""
        self.asked.append([record.seq for record in records])
        if not self.answers or (answer := self.answers.pop(0)) is None:
            return None
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        future.set_result(answer)
        return future


def theirs(*bodies: str) -> Answer:
    """What another process makes of some records."""
    return Answer([RAW(Record(1, heard(body))) for body in bodies])


async def test_full_batches_are_rendered_elsewhere_and_stay_in_order(bench: Bench) -> None:
    """What there is no room for is made here, and so is the last one, which is not full."""
    await bench.hear(*BODIES)
    elsewhere = Elsewhere([theirs("a", "b"), None, theirs("c", "d"), None])
    sink = await bench.drained(Recorder(), batch=BATCH, aside=elsewhere)
    assert sink.data() == ["a", "b", "2", "3", "c", "d", "6", "7", "8"]
    assert elsewhere.asked == [[1, 2], [3, 4], [5, 6], [7, 8]]


async def test_what_is_not_answered_is_made_here(bench: Bench) -> None:
    """Each record, or all of them."""
    await bench.hear(*BODIES)
    half = Answer([None, *theirs("b").made])
    sink = await bench.drained(Recorder(), batch=BATCH, aside=Elsewhere([half, Answer(), theirs("e", "f")]))
    assert sink.data() == ["0", "b", "2", "3", "e", "f", "6", "7", "8"]


async def test_what_is_left_of_a_record_is_asked_once_wherever_it_was_made(bench: Bench) -> None:
    """In order, and what that says is published."""
    await bench.hear(*BODIES)
    seen = list[int]()

    def after(record: Record, rendered: Rendered) -> Rendered:
        seen.append(record.seq)
        return rendered if record.seq % BATCH else Rendered(left_out=1)

    elsewhere = Elsewhere([theirs("a", "b"), None, Answer()])
    sink = await bench.drained(Recorder(), render=replace(RAW, after=after), batch=BATCH, aside=elsewhere)
    assert seen == [*range(1, 10)]
    assert sink.data() == ["a", "2", "4", "6", "8"]


async def test_what_was_made_by_what_is_not_loaded_any_more_is_made_anew(bench: Bench) -> None:
    """Its turn comes after a mapping was loaded."""

    class Reloading(Elsewhere):
        def begin(self, route: str, records: Sequence[Record]) -> asyncio.Future[Answer] | None:
            self.revision += 1
            return super().begin(route, records)

    await bench.hear(*BODIES)
    elsewhere = Reloading([theirs("a", "b"), theirs("c", "d"), None, theirs("e", "f")])
    sink = await bench.drained(Recorder(), batch=BATCH, aside=elsewhere)
    assert sink.data() == BODIES


async def test_records_that_may_have_ended_the_other_process_are_taken_with_care(bench: Bench) -> None:
    """One at a time, each noted before it begins: so are those of a start after a crash."""
    await bench.hear(*BODIES)
    begun = list[int]()
    route = bench.route(sink := Recorder(), batch=BATCH, aside=Elsewhere([Answer(deadly=True)]))
    note = route.log.begun

    async def noting(seq: int) -> int:
        begun.append(seq)
        return await note(seq)

    route.log.begun = noting  # type: ignore[method-assign]
    route.drain()
    await asyncio.wait_for(route.run(), 10)
    assert begun == [1, 2]
    assert sink.data() == BODIES


async def test_a_route_that_is_held_reads_again_what_it_had_read_ahead(bench: Bench) -> None:
    """Nothing is left out, and nothing comes twice."""
    await bench.hear(*BODIES)
    sink = Recorder()
    route = bench.route(sink, batch=BATCH, aside=Elsewhere([theirs("0", "1"), theirs("2", "3"), theirs("4", "5")]))
    running = asyncio.create_task(route.run())
    while not sink.taken:  # noqa: ASYNC110 - a sink tells nobody
        await asyncio.sleep(0)
    async with route.held():
        passed = len(sink.taken)
    route.drain()
    await asyncio.wait_for(running, 10)
    assert sink.data()[passed:] in (BODIES[passed:], BODIES[passed - BATCH :])


def test_what_is_large_or_to_be_taken_with_care_waits_for_its_turn() -> None:
    """And so do many that are large together."""
    small = [Record(number, heard("x")) for number in (8, 9)]
    assert movable(small, careful=7)
    assert not movable(small, careful=8)
    assert not movable([*small, Record(10, heard("x" * (LARGE + 1)))], careful=0)
    assert not movable([Record(10, heard("x" * LARGE))] * (CHUNK_BYTES // LARGE + 1), careful=0)


def test_what_is_made_ahead_is_no_more_than_a_batch_holds() -> None:
    """The rest is made when its turn comes; so is what brings a bug to light, and tells of it then."""
    whole = RAW(Record(1, heard("x" * (BATCH_BYTES // 2))))

    def render(record: Record) -> Rendered:
        if record.seq == 1:
            raise ZeroDivisionError
        return whole

    assert [*made(at_once(render), [Record(seq, heard("")) for seq in range(1, 5)])] == [None, whole, whole, None]


def test_a_small_record_that_becomes_more_than_a_batch_waits_for_its_turn() -> None:
    """It is in memory once, when it is published."""
    half = RAW(Record(1, heard("x" * (BATCH_BYTES // 2))))

    def render(record: Record) -> Rendered:
        return half if record.seq == 1 else half._replace(messages=half.messages * 2)

    assert [*made(at_once(render), [Record(seq, heard("")) for seq in range(1, 4)])] == [half, None, None]
