"""Delivery to a sink that fails: what is tried again, when, and what is given up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from adapters.cdevents.cloudevents import legacy_message
from adapters.errors import DeliveryError, HungUp, PermanentError, TransientError
from adapters.metrics import Metrics
from adapters.model import Encoding, Message
from adapters.route.delivery import HANG_UPS, Delivery
from adapters.route.persistence import LONGEST_PAUSE
from tests.route.conftest import INSTANCE, Naps, Recorder, heard


def messages(count: int) -> list[Message]:
    """Messages whose data is their number."""
    return [
        legacy_message(heard(str(n)), instance=INSTANCE, type_="t", encoding=Encoding.RAW, extensions={})
        for n in range(count)
    ]


async def naps(metrics: Metrics, answers: Sequence[Exception], count: int = 3) -> list[float]:
    """How long a delivery waited for a sink that answers so first."""
    naps, sink = Naps(), Recorder(deque(answers))
    assert await Delivery("raw", sink, metrics, sleep=naps).deliver(messages(count)) == {}
    assert sink.data() == [str(n) for n in range(count)]
    return naps.taken


async def test_the_back_off_grows_to_a_minute(metrics: Metrics) -> None:
    """0.5 s, 1 s, 2 s and so on up to 60 s, with up to a second of jitter."""
    waits = await naps(metrics, [TransientError("down")] * 12)
    for wait, base in zip(waits, [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60], strict=True):
        assert base <= wait <= base + 1
    assert len(set(waits)) == 12


async def test_the_sink_may_ask_for_more_time(metrics: Metrics) -> None:
    """`retry_after` is honoured up to ten minutes, and is no licence to hammer."""
    year_9999 = 2.5e11
    asked = [100.0, 0.0, 86_400.0, year_9999, float("inf")]
    waits = await naps(metrics, [TransientError("busy", retry_after=seconds) for seconds in asked])
    assert (waits[0], waits[2:]) == (100, [LONGEST_PAUSE] * 3)
    assert 1 <= waits[1] <= 2


async def test_a_success_in_part_starts_the_back_off_anew(metrics: Metrics) -> None:
    """A sink that takes some each time is not waited for ever longer."""
    waits = await naps(metrics, [*[TransientError("down")] * 5, TransientError("slow", delivered=1)])
    assert waits[4] >= 8
    assert waits[5] <= 1.5


async def test_only_what_was_not_taken_is_published_again(metrics: Metrics) -> None:
    """After a success in part the rest follows, in order."""
    sink = Recorder(deque([TransientError("down", delivered=2)]))
    await Delivery("raw", sink, metrics, sleep=Naps()).deliver(messages(5))
    assert [[message.data for message in batch] for batch in sink.batches] == [
        [b"0", b"1", b"2", b"3", b"4"],
        [b"2", b"3", b"4"],
    ]


async def test_what_is_refused_is_told_by_its_index(metrics: Metrics, count: Callable[..., float | None]) -> None:
    """The others are delivered; what was taken and tried again is counted."""
    answers = [PermanentError("bad", delivered=1), TransientError("down"), PermanentError("worse", delivered=2)]
    sink = Recorder(deque(answers))
    assert await Delivery("raw", sink, metrics, sleep=Naps()).deliver(messages(6)) == {1: "bad", 4: "worse"}
    assert sink.data() == ["0", "2", "3", "5"]
    assert count("messages_delivered", route="raw") == 4
    assert count("delivery_retries", route="raw") == 1


async def test_a_bug_in_a_sink_is_not_hidden(metrics: Metrics) -> None:
    """What is no DeliveryError comes out at once."""
    with pytest.raises(KeyError):
        await Delivery("raw", Recorder(deque([KeyError("bug")])), metrics, sleep=Naps()).deliver(messages(1))


async def test_a_message_that_the_other_side_hangs_up_on_is_refused_in_the_end(metrics: Metrics) -> None:
    """The rest of the batch goes one by one, and its neighbours are taken; the batch after it goes together again."""
    sink = Touchy(b"3")
    delivery = Delivery("raw", sink, metrics, sleep=Naps())
    assert await delivery.deliver(messages(6)) == {3: "each time that this message is sent, it hung up"}
    assert sink.data() == ["0", "1", "2", "4", "5"]
    assert [len(batch) for batch in sink.batches] == [6, *[1] * (3 + HANG_UPS + 2)]
    await delivery.deliver(messages(2))
    assert len(sink.batches[-1]) == 2


@pytest.mark.parametrize("between", [TransientError("away"), None])
async def test_a_network_that_breaks_is_no_refusal(metrics: Metrics, between: Exception | None) -> None:
    """Only what is hung up on again and again, with nothing else in between, is taken for the message's fault."""
    answers = [HungUp("it hung up"), *[each for _ in range(9) for each in (*[HungUp("it hung up")] * 3, between)]]
    sink = Recorder(deque(answers))
    assert await Delivery("raw", sink, metrics, sleep=Naps()).deliver(messages(12)) == {}
    assert sink.data() == [str(n) for n in range(12)]


class Touchy(Recorder):
    """Hangs up when it is sent one message, and has then heard nothing of what came with it."""

    def __init__(self, dislikes: bytes) -> None:
        super().__init__()
        self.dislikes = dislikes

    async def publish(self, batch: Sequence[Message]) -> None:
        """Takes all, or nothing."""
        if any(message.data == self.dislikes for message in batch):
            self.answers.append(HungUp("it hung up"))
        await super().publish(batch)


@given(
    total=st.integers(1, 8),
    failures=st.lists(st.tuples(st.sampled_from([TransientError, PermanentError]), st.integers(0, 7)), max_size=12),
)
async def test_every_message_is_taken_once_or_refused(
    total: int, failures: list[tuple[type[DeliveryError], int]]
) -> None:
    """Whatever a sink answers, those that it took are in order, and with the refused they are all."""
    sink = Failing(failures)
    delivery = Delivery("raw", sink, Metrics(), sleep=Naps())
    refused = await delivery.deliver(messages(total))
    assert sink.data() == [str(n) for n in range(total) if n not in refused]


class Failing(Recorder):
    """Fails as often as it was told, always within the batch."""

    def __init__(self, failures: list[tuple[type[DeliveryError], int]]) -> None:
        super().__init__()
        self.failures = deque(failures)

    async def publish(self, batch: Sequence[Message]) -> None:
        """Takes some, then fails."""
        if self.failures:
            error, delivered = self.failures.popleft()
            self.answers.append(error("told to", delivered=delivered % len(batch)))
        await super().publish(batch)


async def test_a_sink_that_takes_messages_again_is_told_once() -> None:
    """With how long it did not, and how many records wait: the night is over."""
    metrics = Metrics()
    sink = Recorder(deque([TransientError("away"), TransientError("away")]))
    delivery = Delivery("raw", sink, metrics, sleep=Naps(), waiting=lambda: 41)
    with structlog.testing.capture_logs() as logs:
        await delivery.deliver(messages(2))
        await delivery.deliver(messages(2))
    [again] = [each for each in logs if each["log_level"] == "info"]
    assert again["away"] >= 0
    assert (again["event"], again["route"], again["waiting"]) == ("sink takes messages again", "raw", 41)


async def test_why_a_sink_takes_nothing_is_noted_when_it_changes() -> None:
    """Not at each attempt; and once more when it takes messages again."""
    notes: list[str | None] = []

    async def note(reason: str | None) -> None:
        notes.append(reason)

    failures = [TransientError("away"), TransientError("away"), TransientError("busy")]
    metrics = Metrics()
    delivery = Delivery("raw", Recorder(deque(failures)), metrics, sleep=Naps(), note=note)
    await delivery.deliver(messages(2))
    await delivery.deliver(messages(2))
    assert notes == ["away", "busy", None]


@given(st.lists(st.lists(st.sampled_from(["taken", "refused", "away"]), min_size=6, max_size=6), max_size=5))
async def test_what_settles_beyond_a_failure_is_not_published_again(rounds: list[list[str]]) -> None:
    """Whatever is taken or refused in whatever order, each message is taken or refused once, and counted so."""
    settled: dict[bytes, str] = {}
    left = iter(rounds)

    class Sink(Recorder):
        async def publish(self, batch: Sequence[Message]) -> None:
            fates = dict(zip(map(int, "012345"), next(left, ["taken"] * 6), strict=True))
            said = [fates[int(message.data)] for message in batch]
            for message, fate in zip(batch, said, strict=True):
                if fate != "away":
                    assert settled.setdefault(message.data, fate) is fate
                    assert message.data not in seen
                    seen.add(message.data)
            first = next((place for place, fate in enumerate(said) if fate != "taken"), None)
            if first is not None:
                error: DeliveryError = (PermanentError if said[first] == "refused" else TransientError)("no")
                error.delivered = first
                after = [place for place, fate in enumerate(said) if place > first and fate != "away"]
                error.beyond = {place: None if said[place] == "taken" else "no" for place in after}
                raise error

    seen: set[bytes] = set()
    metrics = Metrics()
    refused = await Delivery("raw", Sink(deque()), metrics, sleep=Naps()).deliver(messages(6))
    assert refused == {int(data): "no" for data, fate in settled.items() if fate == "refused"}
    assert len(seen) == 6
    delivered = metrics.registry.get_sample_value("cdevents_adapters_messages_delivered_total", {"route": "raw"})
    assert (delivered or 0) == 6 - len(refused)
