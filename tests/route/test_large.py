"""Large records, and what ended the process before: one at a time, in pieces, beside everybody else, and noted."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from adapters.journal import Database, Journal, RouteLog, deadletters
from adapters.mapping.translator import Translation
from adapters.model import LARGE, Format, Message, Record
from adapters.route import Origin, Rendered, large, renderer
from adapters.route.batch import MOST_REASONS
from adapters.route.large import ATTEMPTS, PIECE, Large
from adapters.route.rendered import Render
from tests.route.conftest import INSTANCE, Bench, Recorder, Words, heard, letters
from tests.waiting import eventually

CDEVENTS = renderer(lambda _: Origin(INSTANCE, Words()), format_=Format.CDEVENTS)


def words(count: int) -> str:
    """A body of so many words, which is large."""
    return " ".join(f"run-{number:0{LARGE // count}}" for number in range(count))


class Notes:
    """What is noted of attempts."""

    def __init__(self, before: int = 0) -> None:
        self.count, self.most = before, before

    async def begun(self, _: int) -> int:
        """One more."""
        self.count += 1
        self.most = max(self.most, self.count)
        return self.count

    async def over(self, _: int) -> int:
        """None."""
        self.count = 0
        return 0


def render(made: list[int], pieces: int) -> Render:
    """Renders to so many pieces, and notes each that it makes, and in which thread."""

    def each(_record: Record, _size: int) -> Iterator[Rendered]:
        for number in range(pieces):
            assert threading.current_thread() is not threading.main_thread()
            made.append(number)
            yield Rendered(unmatched=number)

    return Render(each)


RECORD = Record(7, heard("a"))


async def test_a_large_record_goes_in_pieces_and_in_its_order(bench: Bench) -> None:
    """No batch has more than a piece of it; what was heard before and after it is published before and after it."""
    count = 3 * PIECE + 1
    await bench.hear("before", words(count), "after")
    sink = await bench.drained(Recorder(), "cd", CDEVENTS)
    subjects = [message.attributes["subject"] for message in sink.taken]
    assert subjects == ["before", *words(count).split(), "after"]
    assert [len(batch) for batch in sink.batches] == [1, PIECE, PIECE, PIECE, 1, 1]
    assert bench.journal.cursor("cd") == 3


async def test_a_legacy_message_names_as_many_events_as_fit_into_a_header(bench: Bench) -> None:
    """Of a few events all ids, of very many none: they name it."""
    await bench.hear("a b", words(PIECE))
    legacy = renderer(lambda _: Origin(INSTANCE, Words()), format_=Format.LEGACY)
    few, many = (await bench.drained(Recorder(), "raw", legacy)).taken
    assert len(few.attributes["cdeventids"].split(",")) == 2
    assert "cdeventids" not in many.attributes


async def test_a_cursor_passes_a_large_record_when_all_of_it_is_taken(bench: Bench) -> None:
    """A sink that fails at its last piece keeps the route where it was: after a restart it goes on in the record."""
    count = 2 * PIECE
    await bench.hear("before", words(count))
    cut = Recorder()
    taken = cut.publish

    async def publish(batch: list[Message]) -> None:
        if len(cut.taken) > PIECE:
            await asyncio.Event().wait()
        await taken(batch)

    cut.publish = publish  # type: ignore[method-assign, assignment]  # it hangs from there on
    route = bench.route(cut, "cd", CDEVENTS)
    running = asyncio.create_task(route.run())
    await eventually(lambda: len(cut.taken) > PIECE and bench.journal.cursor("cd") == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert bench.journal.cursor("cd") == 1
    rest = await bench.drained(Recorder(), "cd", CDEVENTS)
    published = [message.attributes["subject"] for message in [*cut.taken, *rest.taken]]
    assert published[1:] == words(count).split()


async def test_why_pieces_were_refused_is_one_dead_letter(bench: Bench, path: Path) -> None:
    """What of it could be translated is published; the reasons are told together, and not all of thousands."""
    body = words(PIECE) + "".join(f" e{number}" for number in range(100))
    await bench.hear(body)
    sink = await bench.drained(Recorder(), "cd", CDEVENTS)
    assert len(sink.taken) == PIECE
    [(route, seq, reason, attempts)] = letters(path)
    assert (route, seq, attempts) == ("cd", 1, 1)
    assert reason.count("mapping.yaml:7:3: e") == MOST_REASONS


async def test_while_it_is_made_others_go_on() -> None:
    """It is made in a thread, one piece when the one before it is taken, or shortly before that."""
    made: list[int] = []
    notes = Notes()
    async for piece in Large().rendered(RECORD, render(made, 5), notes.begun, notes.over):
        await asyncio.sleep(0.05)
        assert len(made) <= piece.unmatched + 3
    assert made == [*range(5)]
    assert (notes.count, notes.most) == (0, 1)


async def test_only_one_is_in_memory_at_a_time() -> None:
    """Over all routes: the next is begun when the one before it is made."""
    both, made, notes = Large(), list[int](), Notes()

    async def take() -> list[int]:
        rendered = both.rendered(RECORD, render(made, 4), notes.begun, notes.over)
        return [piece.unmatched async for piece in rendered]

    assert [*await asyncio.gather(take(), take())] == [[*range(4)]] * 2
    assert made == [*range(4), *range(4)]
    assert notes.most == 1


async def test_a_sink_that_hangs_holds_up_its_own_route_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose piece is not taken in time gives way, and goes on later with the piece that follows."""
    monkeypatch.setattr(large, "PATIENCE", 0.05)
    both, made, notes, begun, hangs = Large(), list[int](), Notes(), asyncio.Event(), asyncio.Event()

    async def hanging() -> list[int]:
        found = []
        async for piece in both.rendered(RECORD, render(made, 6), notes.begun, notes.over):
            found.append(piece.unmatched)
            begun.set()
            await hangs.wait()
        return found

    slow = asyncio.create_task(hanging())
    await begun.wait()
    rendered = both.rendered(RECORD, render([], 3), notes.begun, notes.over)
    async with asyncio.timeout(5):
        assert [piece.unmatched async for piece in rendered] == [*range(3)]
    hangs.set()
    assert await slow == [*range(6)]
    assert made.count(0) > 1


@pytest.mark.parametrize("before", [0, ATTEMPTS - 1, ATTEMPTS])
async def test_what_ended_the_process_twice_is_not_tried_again(before: int) -> None:
    """It is parked, with what to do."""
    made: list[int] = []
    notes = Notes(before)
    pieces = [each async for each in Large().rendered(RECORD, render(made, 1), notes.begun, notes.over)]
    assert bool(made) is (before < ATTEMPTS)
    assert ["ended or stalled the process" in "".join(each.errors) for each in pieces] == [before == ATTEMPTS]
    assert bool(notes.count) is (before == ATTEMPTS)  # until somebody asks for another attempt


async def test_a_stop_in_the_middle_of_it_is_no_attempt() -> None:
    """Only what ends the process counts."""
    notes, started = Notes(), asyncio.Event()

    async def take() -> None:
        async with aclosing(Large().rendered(RECORD, render([], 10**6), notes.begun, notes.over)) as pieces:
            async for _ in pieces:
                started.set()
                await asyncio.sleep(0)

    taking = asyncio.create_task(take())
    await started.wait()
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    assert (notes.count, notes.most) == (0, 1)


async def test_a_bug_that_a_large_record_brings_to_light_parks_it(bench: Bench, path: Path) -> None:
    """It holds up nothing else."""

    class Buggy(Words):
        def stream(self, _: object, size: int) -> Iterator[Translation]:
            raise ZeroDivisionError(size)

    await bench.hear(words(3), "b")
    buggy = renderer(lambda _: Origin(INSTANCE, Buggy()), format_=Format.CDEVENTS)
    sink = await bench.drained(Recorder(), "cd", buggy)
    assert [message.attributes["subject"] for message in sink.taken] == ["b"]
    assert letters(path) == [("cd", 1, f"bug: ZeroDivisionError: {PIECE}", 1)]


async def test_after_a_crash_each_record_is_noted_before_it_is_rendered(bench: Bench, path: Path) -> None:
    """A small one that ended the process twice is parked too; what is beside it is published."""
    await bench.hear("a", "b", "c")
    with Database(path) as database:
        database.run("INSERT INTO attempt (route, seq, count) VALUES ('cd', 2, ?)", ATTEMPTS)
    route = bench.route(sink := Recorder(), "cd", CDEVENTS)
    route.log.careful = 100
    route.drain()
    await route.run()
    assert [message.attributes["subject"] for message in sink.taken] == ["a", "c"]
    [(_, seq, reason, _)] = letters(path)
    assert seq == 2
    assert "ended or stalled the process 2 times" in reason
    with Database(path) as database:
        assert [seq for _, seq, _ in database.run("SELECT * FROM attempt")] == [2]
        deadletters.retry(database)
    again = await bench.drained(Recorder(), "cd", CDEVENTS)
    assert [message.attributes["subject"] for message in again.taken] == ["b"]


async def test_a_journal_that_was_not_closed_asks_for_care(path: Path, tmp_path: Path) -> None:
    """Its routes take what they may have had in their hands with care; after a clean end they do not."""
    journal = Journal(path, max_bytes=1 << 30)
    await journal.append([heard("a")])
    (copy := tmp_path / "copy").mkdir()
    for file in path.parent.glob("journal.db*"):
        (copy / file.name).write_bytes(file.read_bytes())
    assert RouteLog(journal, "raw").careful == 0
    await journal.aclose()
    crashed = Journal(copy / "journal.db", max_bytes=1 << 30)
    assert RouteLog(crashed, "raw").careful > 0
    await crashed.aclose()
    clean = Journal(path, max_bytes=1 << 30)
    assert RouteLog(clean, "raw").careful == 0
    await clean.aclose()
