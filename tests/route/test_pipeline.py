"""Several batches of a route in flight: nothing is passed too early, lost, or out of order."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import DeliveryError, PermanentError, TransientError
from adapters.metrics import Metrics
from adapters.model import Checkpoint, Message, Record
from adapters.route import Route
from adapters.route.batch import Batch
from adapters.route.delivery import Delivery
from adapters.route.pipeline import Pipeline, Refused
from adapters.sinks import SINKS
from adapters.sinks.contract import Pipelined, Taken, untold
from tests.route.conftest import RAW, Bench, Naps, Recorder, heard, running
from tests.waiting import eventually


@dataclass(frozen=True)
class Answer:
    """What a sink says of a batch: after so many turns, all taken, or an error at a message (counted modulo).

    With `unsent`, the error comes before that message is sent, and nothing behind it is.
    """

    turns: int = 0
    error: type[DeliveryError] | None = None
    at: int = 0
    unsent: bool = False


@dataclass
class Wire(Recorder):
    """A pipelined sink that answers as it is told, in any order; `confirmed` is what it has acknowledged."""

    plan: deque[Answer] = field(default_factory=deque)
    confirmed: set[bytes] = field(default_factory=set)

    async def publish(self, batch: Sequence[Message]) -> None:
        """One batch after the other."""
        await (await self.send(batch))

    async def send(self, batch: Sequence[Message], taken: Taken = untold) -> Awaitable[None]:
        """Takes the batch, but for the message at fault, and what is behind one that was not sent."""
        self.batches.append([*batch])
        answer = self.plan.popleft() if self.plan else Answer()
        at = answer.at % len(batch) if answer.error else len(batch)
        self.taken += [*batch[:at], *([] if answer.unsent else batch[at + 1 :])]
        settled = self._settled(answer, batch, at, taken)
        if answer.unsent and answer.error:
            await settled
        return settled

    async def _settled(self, answer: Answer, batch: Sequence[Message], at: int, taken: Taken) -> None:
        for _ in range(answer.turns):
            await asyncio.sleep(0)
        self.confirmed |= {message.data for message in batch[:at]}
        for index in range(at):
            taken(index)
        if answer.error:
            raise answer.error("told to", delivered=at)


class Held(Wire):
    """A wire on which nothing is acknowledged before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def _settled(self, answer: Answer, batch: Sequence[Message], at: int, taken: Taken) -> None:
        await self.let_go.wait()
        await super()._settled(answer, batch, at, taken)


@dataclass
class Memory:
    """A log of so many records, which holds the route to its promise whenever it passes one."""

    count: int
    wire: Wire
    read_up_to: int = 0
    passed: int = 0
    parked: dict[int, str] = field(default_factory=dict)
    noted: dict[bytes, int] = field(default_factory=dict)
    careful: int = 0

    async def read(self, limit: int) -> Sequence[Record]:
        """The next records."""
        first = self.read_up_to + 1
        self.read_up_to = min(self.count, self.read_up_to + limit)
        return [Record(seq, heard(str(seq))) for seq in range(first, self.read_up_to + 1)]

    async def rewind(self) -> None:
        """Nobody holds its route."""

    async def wait(self) -> None:
        """It does not grow."""

    async def advance(self, seq: int) -> None:
        """Everything up to here is acknowledged or parked."""
        assert seq > self.passed
        unknown = {each for each in range(1, seq + 1) if str(each).encode() not in self.wire.confirmed}
        assert unknown <= self.parked.keys()
        self.passed = seq

    def taken(self) -> frozenset[bytes]:
        """Nothing was taken before."""
        return frozenset()

    def note(self, seq: int, mark: bytes) -> None:
        """Only what is acknowledged, once, and after all that it may follow."""
        assert str(seq).encode() in self.wire.confirmed
        assert mark not in self.noted
        assert not self.noted or seq > max(self.noted.values())
        self.noted[mark] = seq

    async def park(self, seq: int, reason: str) -> None:
        """Notes it."""
        self.parked[seq] = reason

    async def begun(self, seq: int) -> int:
        """Nothing here is large."""
        raise NotImplementedError(seq)

    over = begun

    async def due(self, limit: int) -> Sequence[Record]:  # noqa: ARG002 - the contract's
        """Nothing."""
        return ()

    async def resolve(self, seq: int) -> None:
        """Nothing is ever due."""

    async def outage(self, reason: str | None) -> None:
        """Nobody looks on."""


async def test_several_batches_are_under_way_before_the_first_is_acknowledged(bench: Bench) -> None:
    """As many as are allowed, and not one more; nothing is passed before it is acknowledged."""
    await bench.hear(*map(str, range(1, 60)))
    sink = Held()
    async with running(bench.route(sink, batch=5, in_flight=3)):
        await eventually(lambda: len(sink.batches) == 3)
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert (sink.data(), bench.journal.cursor("raw")) == ([str(number) for number in range(1, 16)], 0)
        sink.let_go.set()
        await eventually(lambda: bench.journal.cursor("raw") == 59)
    assert sink.data() == [str(number) for number in range(1, 60)]


async def test_what_comes_meanwhile_is_sent_at_once(bench: Bench) -> None:
    """A record that is heard while others wait for their acknowledgement does not wait for that."""
    sink = Held()
    route = bench.route(sink, in_flight=3, poll=3600)
    async with running(route):
        for number in range(1, 4):
            await bench.hear(str(number))
            await eventually(lambda number=number: len(sink.batches) == number)  # type: ignore[misc]  # bound now
        sink.let_go.set()
        await eventually(lambda: bench.journal.cursor("raw") == 3)
    assert sink.data() == ["1", "2", "3"]


async def test_a_sink_that_cannot_do_it_takes_one_batch_after_the_other(bench: Bench) -> None:
    """Whatever a route is told."""

    class Strict(Recorder):
        busy = False

        async def publish(self, batch: Sequence[Message]) -> None:
            assert not self.busy
            self.busy = True
            await asyncio.sleep(0.001)
            await super().publish(batch)
            self.busy = False

    await bench.hear(*map(str, range(30)))
    sink = await bench.drained(Strict(), batch=3, in_flight=5)
    assert sink.data() == [str(number) for number in range(30)]


answers = st.builds(
    Answer,
    turns=st.integers(0, 6),
    error=st.sampled_from([None, None, TransientError, PermanentError]),
    at=st.integers(0, 9),
    unsent=st.booleans(),
)


@given(count=st.integers(1, 40), batch=st.integers(1, 7), in_flight=st.integers(1, 5), plan=st.lists(answers))
async def test_the_cursor_is_right_after_every_interleaving(
    count: int, batch: int, in_flight: int, plan: list[Answer]
) -> None:
    """What is passed is acknowledged or parked; what was last said of anything comes before what follows it."""
    wire = Wire(plan=deque(plan))
    log = await drained(Memory(count, wire), batch=batch, in_flight=in_flight)
    last = {data: index for index, data in enumerate(wire.data())}
    kept = [str(seq) for seq in range(1, count + 1) if seq not in log.parked]
    assert log.passed == count
    assert sorted(kept, key=lambda data: last[data]) == kept


async def drained(log: Memory, **options: Any) -> Memory:
    """A log that a route has gone through."""
    route = Route("raw", log, RAW, log.wire, Metrics(), sleep=Naps(), **options)
    route.drain()
    await asyncio.wait_for(route.run(), 30)
    return log


@pytest.mark.parametrize(
    ("plan", "sent"),
    [
        ([Answer(9), Answer(9, TransientError, at=1), Answer()], ["12", "34", "56", "4", "56"]),
        ([Answer(9), Answer(9, PermanentError, at=1), Answer()], ["12", "34", "56", "56"]),
        ([Answer(9), Answer(9, TransientError, unsent=True)], ["12", "34", "34", "56"]),
    ],
)
async def test_what_follows_a_failure_is_sent_after_it(plan: list[Answer], sent: list[str]) -> None:
    """The second of three batches fails: what was sent behind it, acknowledged or not, comes again in its turn."""
    log = await drained(Memory(6, Wire(plan=deque(plan))), batch=2, in_flight=3)
    assert ["".join(message.data.decode() for message in each) for each in log.wire.batches] == sent
    assert log.passed == 6


@pytest.mark.parametrize("in_flight", [2, 4])
async def test_a_kill_with_batches_in_flight_loses_nothing(bench: Bench, in_flight: int) -> None:
    """Wherever a route is stopped, the next one publishes all that was not acknowledged, and passes it."""
    bodies = [str(number) for number in range(40)]
    await bench.hear(*bodies)
    confirmed: set[bytes] = set()
    for turns in range(1, 80, 3):
        sink = Wire(plan=deque(Answer(turns=turns % 5) for _ in range(20)), confirmed=confirmed)
        async with running(bench.route(sink, batch=2, in_flight=in_flight)):
            for _ in range(turns):
                await asyncio.sleep(0)
        assert {str(number).encode() for number in range(bench.journal.cursor("raw"))} <= confirmed
    await bench.drained(Wire(confirmed=confirmed), in_flight=in_flight)
    assert confirmed == {body.encode() for body in bodies}


@pytest.mark.parametrize("name", [name for name, each in SINKS.items() if each.in_flight > 1])
def test_sinks_with_batches_in_flight_are_pipelined(name: str) -> None:
    """The table says it of those that can do it."""
    pytest.importorskip({"mqtt": "paho", "nats": "nats"}[name])
    own: dict[str, dict[str, Any]] = {
        "mqtt": {"host": "mqtt", "topic": "a"},
        "nats": {"servers": ["nats:4222"], "subject": "a"},
    }
    settings = SINKS[name].settings.model_validate({"type": name, **own[name]})
    assert isinstance(SINKS[name].build(settings), Pipelined)


async def test_the_next_batch_is_published_while_the_last_one_is_noted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One further batch, and not two: a disk that is slow to note delays the sink by one note at most."""
    await bench.hear("a", "b", "c")
    advance, let_go = bench.journal.advance, asyncio.Event()

    async def slow(route: str, seq: int, checkpoints: Sequence[Checkpoint]) -> None:
        await let_go.wait()
        await advance(route, seq, checkpoints)

    monkeypatch.setattr(bench.journal, "advance", slow)
    sink = Recorder()
    async with running(bench.route(sink, batch=1)):
        await eventually(lambda: sink.data() == ["a", "b"])
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert (sink.data(), bench.journal.cursor("raw")) == (["a", "b"], 0)
        let_go.set()
        await eventually(lambda: bench.journal.cursor("raw") == 3)
    assert sink.data() == ["a", "b", "c"]


async def test_what_is_taken_of_a_batch_is_noted_before_all_of_it_is(bench: Bench) -> None:
    """Where the sink says how far it is and takes its time: who looks on, or has no marks, knows how far it is."""
    await bench.hear("a", "b", "c", "d", "e", "f")
    let_go = asyncio.Event()

    class Slow(Recorder):
        async def tell(self, batch: Sequence[Message], taken: Taken) -> None:
            for index in range(5):
                taken(index)
                await eventually(lambda: bench.journal.cursor("raw") == index + 1)  # noqa: B023 - called at once
            await let_go.wait()
            await self.publish(batch)

    sink = Slow()
    async with running(bench.route(sink, batch=6, clock=itertools.count().__next__)):
        await eventually(lambda: bench.journal.cursor("raw") == 5)
        assert sink.data() == []
        let_go.set()
        await eventually(lambda: bench.journal.cursor("raw") == 6)
    assert sink.data() == ["a", "b", "c", "d", "e", "f"]


class Answering(Recorder):
    """A pipelined sink that is told from outside what it answers to each batch."""

    def __init__(self) -> None:
        super().__init__()
        self.acknowledgements: list[asyncio.Future[None]] = []

    async def publish(self, batch: Sequence[Message]) -> None:
        """One batch after the other."""
        await (await self.send(batch))

    async def send(self, batch: Sequence[Message], taken: Taken = untold) -> Awaitable[None]:  # noqa: ARG002 - tells of none
        """What is to be answered."""
        self.batches.append([*batch])
        self.acknowledgements.append(asyncio.get_running_loop().create_future())
        return self.acknowledgements[-1]


@pytest.mark.parametrize("turns", range(6))
async def test_what_is_sent_again_is_not_noted_for_what_was_answered_before(turns: int) -> None:
    """At whatever moment that answer came: a kill would leave it before what it follows."""
    sink, noted = Answering(), list[int]()

    async def settled(_batch: Batch, refused: Refused) -> None:
        assert not refused

    delivery = Delivery("route", sink, Metrics(), sleep=Naps())
    pipeline = Pipeline(sink, delivery, 2, settled, note=lambda seq, _: noted.append(seq))
    for seq in (1, 2):
        batch = Batch()
        batch.add(record := Record(seq, heard(str(seq))), RAW(record))
        await pipeline.put(batch)
    first, second = sink.acknowledgements
    first.set_exception(TransientError("told to"))
    settling = asyncio.ensure_future(pipeline.settle())
    for _ in range(turns):
        await asyncio.sleep(0)
    if not second.done():
        second.set_result(None)
    await eventually(lambda: len(sink.acknowledgements) == 3)
    sink.acknowledgements[2].set_result(None)
    await settling
    assert noted == [1]
    await pipeline.aclose()
