"""A route: from the journal to a sink, in order, whatever fails."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import structlog

from adapters.errors import JournalUnavailable, PermanentError, TransientError
from adapters.model import Checkpoint, Format, Record, Spec
from adapters.route import Origin, Rendered, renderer
from adapters.route.rendered import at_once
from adapters.route.route import PACE
from adapters.route.turns import TURN
from tests.route.conftest import INSTANCE, Bench, Recorder, Words, heard, letters, origins, retry, running
from tests.waiting import eventually

Count = Callable[..., float | None]


CDEVENTS = renderer(origins, format_=Format.CDEVENTS)


async def test_everything_is_published_in_order_and_passed(bench: Bench) -> None:
    """Whatever the batch size; a route that starts again publishes nothing again."""
    bodies = [str(number) for number in range(25)]
    await bench.hear(*bodies)
    assert (await bench.drained(Recorder(), batch=10)).data() == bodies
    assert bench.journal.cursor("raw") == 25
    assert (await bench.drained(Recorder())).data() == []


async def test_a_running_route_publishes_what_comes(bench: Bench) -> None:
    """It waits for the journal, not for a poll."""
    sink = Recorder()
    async with running(bench.route(sink, poll=3600)):
        await bench.hear("a", "b")
        await eventually(lambda: sink.data() == ["a", "b"])
        await bench.hear("c")
        await eventually(lambda: sink.data() == ["a", "b", "c"])


async def test_order_holds_over_transient_failures(bench: Bench) -> None:
    """A sink that is down now and then gets every message once, in order."""
    await bench.hear(*map(str, range(12)))
    answers = [TransientError("down"), TransientError("down", delivered=3), None, TransientError("down", delivered=1)]
    sink = await bench.drained(Recorder(deque(answers)), batch=5)
    assert sink.data() == [str(number) for number in range(12)]
    assert len(bench.sleep.taken) == 3


async def test_a_record_is_passed_only_when_it_was_taken(bench: Bench) -> None:
    """While the sink is down, the cursor stays; a route that is stopped goes on with what was not taken."""
    await bench.hear("a", "b")
    sink = Recorder(deque([TransientError("down", delivered=1)] + [TransientError("down")] * 10_000))
    async with running(bench.route(sink)):
        await eventually(lambda: len(bench.sleep.taken) > 2)
    assert bench.journal.cursor("raw") == 0
    assert (await bench.drained(Recorder())).data() == ["b"]


async def test_a_poison_message_is_parked_and_the_rest_goes_on(bench: Bench, path: Path, count: Count) -> None:
    """The dead letter has the sink's reason; nothing else is held up."""
    await bench.hear("a", "poison", "c")
    sink = await bench.drained(Recorder(deque([PermanentError("answered 400", delivered=1)])))
    assert sink.data() == ["a", "c"]
    assert letters(path) == [("raw", 2, "answered 400", 1)]
    assert (bench.journal.cursor("raw"), count("dead_letters_parked", route="raw")) == (3, 1)


async def test_a_record_that_fails_in_part_is_published_in_part(bench: Bench, path: Path, count: Count) -> None:
    """Its good events go out, and its one dead letter has every reason."""
    await bench.hear("one e2 three four", "five")
    sink = Recorder(deque([PermanentError("too large", delivered=1)]))
    await bench.drained(sink, "cd", CDEVENTS)
    assert [message.attributes["subject"] for message in sink.taken] == ["one", "four", "five"]
    assert letters(path) == [("cd", 1, "mapping.yaml:7:3: e2; too large", 1)]
    assert count("events_translated", route="cd", type="dev.cdevents.pipelinerun.finished.0.3.0") == 4


async def test_a_sink_that_is_down_stops_no_other_route(bench: Bench) -> None:
    """The other route delivers and passes everything meanwhile."""
    down, up = Recorder(deque([TransientError("down")])), Recorder()
    async with running(bench.route(down, "a", sleep=asyncio.sleep), bench.route(up, "b")):
        for number in range(20):
            await bench.hear(str(number))
        await eventually(lambda: [each.lag for each in bench.journal.status(["a", "b"])] == [20, 0])
    assert (len(down.batches), down.taken) == (1, [])
    assert up.data() == [str(number) for number in range(20)]


async def test_a_dead_letter_is_tried_again_by_the_running_route(bench: Bench, path: Path) -> None:
    """Marked by another process, published by this one, and forgotten."""
    await bench.hear("a", "b")
    sink = Recorder(deque([PermanentError("no")]))
    async with running(bench.route(sink, poll=0.01)):
        await eventually(lambda: sink.data() == ["b"])
        await eventually(lambda: letters(path) != [])
        retry(path)
        await eventually(lambda: letters(path) == [])
    assert sink.data() == ["b", "a"]


async def test_a_dead_letter_that_fails_again_is_parked_again(bench: Bench, path: Path) -> None:
    """With the new reason, and once: it is not tried for ever."""
    await bench.hear("a", "b")
    await bench.drained(Recorder(deque([PermanentError("no"), PermanentError("no")])))
    retry(path)
    sink = await bench.drained(Recorder(deque([None, PermanentError("still not")])), batch=1)
    assert sink.data() == ["a"]
    assert letters(path) == [("raw", 2, "still not", 2)]


async def test_a_dead_letter_is_translated_by_the_mapping_as_it_is_now(bench: Bench, path: Path) -> None:
    """A corrected mapping is all that it takes."""
    await bench.hear("e1")
    await bench.drained(Recorder(), "cd", CDEVENTS)
    retry(path)

    class Corrected(Words):
        def translate(self, notification: Any) -> Any:
            return super().translate(heard(notification.body.decode().replace("e", "x")))

    corrected = renderer(lambda _: Origin(INSTANCE, Corrected()), format_=Format.CDEVENTS)
    sink = await bench.drained(Recorder(), "cd", corrected)
    assert [message.attributes["subject"] for message in sink.taken] == ["x1"]
    assert letters(path) == []


async def test_draining_publishes_what_is_there_and_ends(bench: Bench) -> None:
    """A route that is waiting ends at once; what was heard before `drain` is published first."""
    sink = Recorder()
    route = bench.route(sink, poll=3600)
    task = asyncio.create_task(route.run())
    await bench.hear("a")
    await eventually(lambda: sink.data() == ["a"])
    await bench.hear("b")
    route.drain()
    await asyncio.wait_for(task, 10)
    assert sink.data() == ["a", "b"]


async def test_what_comes_while_draining_begins_is_published(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that arrives between an empty read and `drain` is not left for the next start."""
    sink = Recorder()
    route = bench.route(sink)
    read = bench.journal.read

    async def read_nothing_then_hear(_after: int, _limit: int) -> list[Record]:
        monkeypatch.setattr(bench.journal, "read", read)
        await bench.hear("late")
        route.drain()
        return []

    monkeypatch.setattr(bench.journal, "read", read_nothing_then_hear)
    await asyncio.wait_for(route.run(), 10)
    assert sink.data() == ["late"]


async def test_cancelling_loses_nothing(bench: Bench) -> None:
    """Wherever a route is stopped, the next one delivers all that was not passed, and passes it."""
    bodies = [str(number) for number in range(30)]
    await bench.hear(*bodies)
    delivered: list[str] = []
    for turns in range(1, 60, 3):
        sink = Recorder()
        async with running(bench.route(sink, batch=4)):
            for _ in range(turns):
                await asyncio.sleep(0)
        delivered += sink.data()
    delivered += (await bench.drained(Recorder())).data()
    assert list(dict.fromkeys(delivered)) == bodies


async def test_a_bug_in_a_sink_comes_out(bench: Bench) -> None:
    """What is no AdapterError ends the route, for the process to end loudly."""
    await bench.hear("a")
    with pytest.raises(KeyError):
        await bench.drained(Recorder(deque([KeyError("bug")])))
    assert bench.journal.cursor("raw") == 0


async def test_a_bug_in_translation_holds_up_one_record(bench: Bench, path: Path) -> None:
    """It is parked with the bug as the reason; the traceback is logged once, not for each record of a flood."""

    class Buggy(Words):
        def translate(self, notification: Any) -> Any:
            if notification.body.startswith(b"b"):
                raise ZeroDivisionError("division by zero")
            return super().translate(notification)

    await bench.hear("a", "b1", "b2", "c")
    buggy = renderer(lambda _: Origin(INSTANCE, Buggy()), format_=Format.CDEVENTS)
    with structlog.testing.capture_logs() as logs:
        sink = await bench.drained(Recorder(), "cd", buggy)
    assert [message.attributes["subject"] for message in sink.taken] == ["a", "c"]
    assert letters(path) == [("cd", seq, "bug: ZeroDivisionError: division by zero", 1) for seq in (2, 3)]
    assert [log["seq"] for log in logs if log.get("exc_info")] == [2]


async def test_translating_gives_way_to_others(bench: Bench) -> None:
    """A batch that takes long to translate does not keep the event loop from anybody for longer than a turn."""
    await bench.hear(*map(str, range(9)))
    time, seen = iter(range(10**6)), list[int]()
    rendered: list[int] = []

    def render(record: Record) -> Rendered:
        rendered.append(record.seq)
        return Rendered()

    async def others() -> None:
        while len(rendered) < 9:
            seen.append(len(rendered))
            await asyncio.sleep(0)

    route = bench.route(Recorder(), render=at_once(render), clock=lambda: next(time) * TURN / 3)
    route.drain()
    await asyncio.gather(route.run(), others())
    places = sorted({*seen, 9})
    assert max(later - earlier for earlier, later in pairwise(places)) <= 3


async def test_what_comes_shortly_after_another_goes_together(bench: Bench) -> None:
    """The first goes at once; what follows is one batch, when it is time to look again."""
    now, sink = [0.0], Recorder()
    await bench.hear("first")
    async with running(bench.route(sink, clock=lambda: now[0])):
        await eventually(lambda: sink.data() == ["first"])
        for word in ("second", "third"):
            await bench.hear(word)
        now[0] += PACE
        await eventually(lambda: len(sink.data()) == 3)
    assert [len(batch) for batch in sink.batches] == [1, 2]


async def test_dead_letters_are_looked_for_by_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A route with much to do does not ask for them between two batches."""
    await bench.hear(*map(str, range(20)))
    due, asked = bench.journal.due, list[str]()

    async def counted(route: str, limit: int) -> list[Record]:
        asked.append(route)
        return await due(route, limit)

    monkeypatch.setattr(bench.journal, "due", counted)
    await bench.drained(Recorder(), batch=1, clock=lambda: 0.0)
    assert asked == ["raw"]


async def test_a_journal_that_cannot_be_written_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk does not make a route publish again and again."""
    await bench.hear("a")
    advance, failures = bench.journal.advance, [JournalUnavailable("disk full")] * 3

    async def failing(route: str, seq: int, checkpoints: Sequence[Checkpoint]) -> None:
        if failures:
            raise failures.pop()
        await advance(route, seq, checkpoints)

    monkeypatch.setattr(bench.journal, "advance", failing)
    sink = await bench.drained(Recorder())
    assert (sink.data(), bench.journal.cursor("raw"), len(bench.sleep.taken)) == (["a"], 1, 3)


async def test_what_a_spec_has_no_type_for_is_counted_and_told_once(bench: Bench, count: Count) -> None:
    """It is left out of what is published, never in silence: one line in the log for each event, and a number."""
    await bench.hear(*["one q2 q3"] * 50)
    old = renderer(origins, format_=Format.CDEVENTS, spec=Spec.V0_3_0)
    with structlog.testing.capture_logs() as logs:
        sink = await bench.drained(Recorder(), "cd", old)
    name = "dev.cdeventsx.jenkins-word.said.0.1.0"
    assert [(log["name"], log["route"]) for log in logs] == [(name, "cd")]
    assert count("events_unsaid", route="cd", event=name) == 100
    assert (len(sink.taken), bench.journal.cursor("cd")) == (50, 50)


async def test_what_no_rule_covers_is_counted_and_told_once(bench: Bench, count: Count) -> None:
    """A flood of unmatched records is one line in the log for each source, and a number."""
    await bench.journal.append([heard("u1 u2 i3", source) for source in ("a", "b") for _ in range(50)])
    with structlog.testing.capture_logs() as logs:
        await bench.drained(Recorder(), "cd", CDEVENTS)
    assert [(log["source"], log["route"]) for log in logs] == [("a", "cd"), ("b", "cd")]
    assert count("records_unmatched", route="cd", source="a") == 100
    assert count("records_ignored", route="cd", source="b") == 50
    assert bench.journal.cursor("cd") == 100
