"""The outbox: what is in it is on disk, is sent in order and at least once, and nothing is lost to whoever dies."""

from __future__ import annotations

import asyncio
import fcntl
import resource
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.cdevents.cloudevents import cdevents_message
from adapters.cdevents.document import document
from adapters.errors import PermanentError, TransientError
from adapters.model import CDEvent, Encoding, Message, Spec
from adapters.sending.outbox import Outbox, Sent


@dataclass
class Recorder:
    """A sink that takes all, or first raises what is in `answers`; None is no answer at all."""

    answers: deque[Exception | None] = field(default_factory=deque)
    taken: list[Message] = field(default_factory=list)

    async def publish(self, batch: Sequence[Message]) -> None:
        """Takes a batch."""
        if self.answers:
            if (answer := self.answers.popleft()) is None:
                await asyncio.Event().wait()
            assert answer is not None
            raise answer
        self.taken += batch

    async def aclose(self) -> None:
        """Does nothing."""


def message(subject: str) -> Message:
    """An event about something."""
    event = CDEvent("build.started", f"id-{subject}", "https://t/", "2026-01-01T00:00:00Z", subject, {})
    return cdevents_message(document(event, Spec.V0_5_1), Encoding.BINARY, {"team": "é"})


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """One that nobody has used yet."""
    return Outbox(tmp_path / "var" / "outbox")


async def test_what_is_kept_is_sent_as_it_was_and_in_order(outbox: Outbox) -> None:
    """By whichever process; then it is gone, and only its owner could read it."""
    messages = [message(f"é{number}") for number in range(12)]
    outbox.keep(messages[:5])
    outbox.keep(messages[5:])
    assert {file.stat().st_mode & 0o077 for file in outbox.waiting()} == {0}
    sink = Recorder()
    assert await Outbox(outbox.folder).send(sink, 10) == Sent(sent=12)
    assert sink.taken == messages
    assert (await outbox.send(sink, 10), len(sink.taken)) == (Sent(), 12)


async def test_what_cannot_be_sent_now_stays_and_nothing_overtakes_it(outbox: Outbox) -> None:
    """The reason is told."""
    outbox.keep([message("one"), message("two")])
    sink = Recorder(deque([TransientError("no connection")]))
    assert await outbox.send(sink, 10) == Sent(0, 2, "no connection")
    outbox.keep([message("three")])
    assert await outbox.send(sink, 10) == Sent(sent=3)
    assert [each.attributes["subject"] for each in sink.taken] == ["one", "two", "three"]


async def test_a_sink_that_does_not_answer_is_waited_for_so_long(outbox: Outbox) -> None:
    """And the event stays."""
    outbox.keep([message("one")])
    assert await outbox.send(Recorder(deque([None])), 0.1) == Sent(0, 1, "not done within 0.1 s")


async def test_what_is_refused_or_damaged_holds_up_nothing(outbox: Outbox) -> None:
    """It is set aside with its content, and the reason is told."""
    outbox.keep([message("one"), message("two"), message("three")])
    first, second, _ = outbox.waiting()
    second.write_bytes(b"{")
    sink = Recorder(deque([PermanentError("400 Bad Request")]))
    done = await outbox.send(sink, 10)
    assert (done.sent, done.kept) == (1, 0)
    damaged = "the disk damaged it: it is no message any more"
    assert done.refused == (f"{first.name}: 400 Bad Request", f"{second.name}: {damaged}")
    assert sorted(file.name for file in outbox.folder.glob("*.refused")) == [
        first.with_suffix(".refused").name,
        second.with_suffix(".refused").name,
    ]


async def test_one_process_sends_at_a_time(outbox: Outbox) -> None:
    """Another waits for it, so long as it may, and then leaves it to the next."""
    outbox.keep([message("one")])
    with (outbox.folder / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert await outbox.send(Recorder(), 0.1) == Sent(0, 1, "not done within 0.1 s")
    assert await outbox.send(Recorder(), 10) == Sent(sent=1)


async def test_a_draft_that_was_not_finished_is_none(outbox: Outbox) -> None:
    """Whoever died while writing it had not been told that it is kept."""
    outbox.folder.mkdir(parents=True)
    (outbox.folder / ".00000000001795828513-1-0").write_bytes(b'{"enc')
    assert await outbox.send(Recorder(), 10) == Sent()


def test_a_disk_that_is_full_keeps_all_or_none(outbox: Outbox) -> None:
    """It is told with its folder, and leaves nothing behind."""
    outbox.keep([message("one")])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(OSError, match="outbox") as caught:
            outbox.keep([message("two"), message("x" * 2000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.filename == str(outbox.folder)
    assert [*outbox.folder.iterdir()] == outbox.waiting()
    assert len(outbox.waiting()) == 1


async def test_the_order_is_that_of_keeping_also_where_the_clock_was_set_back(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An end is not sent before its start."""
    outbox.keep([message("start")])
    monkeypatch.setattr(time, "time_ns", lambda: 1_000)
    outbox.keep([message("end"), message("after")])
    sink = Recorder()
    assert await outbox.send(sink, 10) == Sent(sent=3)
    assert [each.attributes["subject"] for each in sink.taken] == ["start", "end", "after"]
