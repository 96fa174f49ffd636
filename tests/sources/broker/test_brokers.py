"""What all brokers promise as sources."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from adapters.cdevents.tracing import tracing
from adapters.errors import JournalUnavailable
from adapters.model import Checkpoint, Notification
from tests.sources.broker.places import KafkaTopic
from tests.sources.broker.support import (
    NAME,
    PATIENCE,
    Broker,
    Inbox,
    Sent,
    context,
    hearing,
    numbered,
    passed_over,
    source,
)
from tests.waiting import eventually

pytestmark = pytest.mark.slow

TRACE = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "vendor=1"}


@dataclass
class Slow(Inbox):
    """A journal whose routes pass nothing before the gate is open."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Keeps them, after a while."""
        self.calls += 1
        await self.gate.wait()
        await super().receive(notifications, checkpoints)


async def test_a_message_is_kept_as_it_was_said(broker: Broker) -> None:
    """Byte for byte, with its content type, its CloudEvents attributes and its trace, but no other headers."""
    body = b'{ "type" : "ref-updated" }\n\xff'
    attributes = {"ce-specversion": "1.0", "ce-type": "com.example.said"}
    await broker.publish(Sent(body, {**attributes, **TRACE, "x-secret": "s3cr3t"}, "text/plain; charset=x"))
    inbox = Inbox()
    async with hearing(source(broker, context()), inbox):
        await inbox.has(1)
    [notification] = inbox.kept
    assert notification.source == NAME
    assert notification.body == body
    assert tracing(notification.headers, body) == TRACE
    own = {name: value for name, value in notification.headers.items() if name.removeprefix("ce-") not in TRACE}
    assert own == {"content-type": "text/plain; charset=x", **attributes}
    assert notification.received_at.tzinfo is not None


async def test_what_has_one_key_keeps_its_order(broker: Broker) -> None:
    """Through many batches."""
    sent = [Sent(b'{"n":%d}' % number, key="one") for number in range(300)]
    await broker.publish(*sent)
    inbox = Inbox()
    async with hearing(source(broker, context()), inbox):
        await inbox.has(300)
    assert inbox.bodies == [each.body for each in sent]
    assert inbox.calls > 1


async def test_what_was_kept_does_not_come_again(broker: Broker) -> None:
    """The acknowledgement outlives the source: the next one begins where this one ended."""
    await broker.publish(*numbered(50))
    first, second = Inbox(), Inbox()
    async with hearing(source(broker, context()), first):
        await first.has(50)
    await broker.publish(Sent(b'{"last":true}'))
    async with hearing(source(broker, context()), second):
        await second.has(1)
    assert sorted(first.bodies) == sorted(each.body for each in numbered(50))
    assert second.bodies == [b'{"last":true}']


async def test_what_was_not_kept_comes_again(broker: Broker) -> None:
    """A source that ends before the journal has answered has acknowledged nothing."""
    await broker.publish(*numbered(5))
    never, inbox = Inbox(held=True), Inbox()
    async with hearing(source(broker, context()), never):
        await never.called()
    async with hearing(source(broker, context()), inbox):
        await inbox.has(5)
    assert sorted(inbox.bodies) == sorted(each.body for each in numbered(5))


async def test_what_is_long_in_hand_does_not_come_again(broker: Broker) -> None:
    """While a sink is away, the source says that it is still at work; then it goes on, and nothing came twice."""
    await broker.publish(*numbered(60))
    slow = Slow()
    async with hearing(source(broker, context()), slow):
        await slow.called()
        await asyncio.sleep(2.5)  # longer than a broker waits here for who says nothing
        slow.gate.set()
        await slow.has(60)
        await broker.publish(Sent(b'{"last":true}'))
        await eventually(lambda: b'{"last":true}' in slow.bodies)
    assert len(slow.kept) == 61


async def test_who_has_something_in_hand_lets_others_into_the_group(
    kafka_topic: KafkaTopic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member of Kafka's group that waits for its sink gives partitions to who joins, and nothing is lost."""
    monkeypatch.setattr("adapters.sources.broker.kafka_member.PATIENCE", 0.1)
    await kafka_topic.publish(*numbered(200))
    slow, other = Slow(), Inbox()
    async with hearing(source(kafka_topic, context()), slow):
        await slow.called()
        async with hearing(source(kafka_topic, context(), 1), other):
            await other.has(1)
            assert not slow.kept
            slow.gate.set()
            await eventually(lambda: len({*slow.bodies, *other.bodies}) == 200)
    assert not {*slow.bodies} & {*other.bodies}, "both had a partition at once"


async def test_a_journal_that_is_full_is_tried_again(broker: Broker) -> None:
    """Nothing is acknowledged nor passed over: the same batch again, until it is on disk."""
    await broker.publish(*numbered(5))
    inbox = Inbox()
    inbox.failures.extend(JournalUnavailable("the disk is full") for _ in range(3))
    async with hearing(source(broker, context()), inbox):
        await inbox.has(5)
    assert sorted(inbox.bodies) == sorted(each.body for each in numbered(5))


async def test_replicas_share_the_work(broker: Broker) -> None:
    """Two at a time each do a part, and together all of it: what comes again as one joins is the same occurrence."""
    one, two = Inbox(), Inbox()
    async with hearing(source(broker, context(), 0), one), hearing(source(broker, context(), 1), two):
        sent: set[bytes] = set()
        while not (one.kept and two.kept):
            assert len(sent) < 2000, "one of them gets nothing"
            messages = numbered(40, first=len(sent))
            await broker.publish(*messages)
            sent |= {each.body for each in messages}
            await eventually(partial(_all_of, sent, one, two))
    assert {*one.bodies, *two.bodies} == sent
    assert _places(one, two) <= len(sent)


def _all_of(sent: set[bytes], one: Inbox, two: Inbox) -> bool:
    return {*one.bodies, *two.bodies} >= sent


def _places(*inboxes: Inbox) -> int:
    """How many occurrences there are, for an id that the position of a message makes."""
    return len({each.position or each.body for inbox in inboxes for each in inbox.kept})


OWN = {
    "binary CDEvent": Sent(b"{}", {"ce-specversion": "1.0", "ce-type": "dev.cdevents.build.finished.0.3.0"}),
    "binary custom event": Sent(
        b"{}", {"ce-specversion": "1.0", "ce-type": "dev.cdeventsx.gerrit-hashtag.changed.0.1.0"}
    ),
    "binary legacy event": Sent(b"{}", {"ce-specversion": "1.0", "ce-adapter": "cdevents-adapters"}),
    "structured CDEvent": Sent(
        b'{"specversion":"1.0","type":"dev.cdevents.build.finished.0.3.0","data":{}}',
        content_type="application/cloudevents+json",
    ),
    "raw CDEvent": Sent(b'{"context":{"type":"dev.cdevents.build.finished.0.3.0"},"subject":{}}'),
    "raw legacy event": Sent(b'{"type":"ref-updated"}', {"adapter": "cdevents-adapters"}),
}


async def test_our_own_is_passed_over(broker: Broker) -> None:
    """Whoever published it, this one, the other replica or the one before the restart: it is counted, never kept."""
    await broker.publish(*OWN.values(), Sent(b'{"theirs":true}'))
    inbox, where = Inbox(), context()
    async with hearing(source(broker, where), inbox):
        await eventually(lambda: inbox.kept and passed_over(where) == len(OWN))
    assert inbox.bodies == [b'{"theirs":true}']


async def test_cdevents_are_heard_where_they_are_wanted(broker: Broker) -> None:
    """By a source that is for acting on them: whoever made them, in any form, and nothing that is none."""
    await broker.publish(Sent(b'{"theirs":true}'), *OWN.values(), Sent(b"", key="deleted"))
    inbox, where = Inbox(), replace(context(), cdevents=True)
    async with hearing(source(broker, where), inbox):
        await eventually(lambda: len(inbox.kept) == 4 and passed_over(where) == 3)
    assert sorted(inbox.bodies) == sorted(sent.body for name, sent in OWN.items() if "legacy" not in name)


async def test_nothing_is_heard_of_a_deletion(broker: Broker) -> None:
    """An empty message says nothing that could be translated; it is acknowledged all the same."""
    await broker.publish(Sent(b""), Sent(b'{"said":true}'))
    inbox = Inbox()
    async with hearing(source(broker, context()), inbox):
        await inbox.has(1)
    assert inbox.bodies == [b'{"said":true}']


async def test_a_broker_that_goes_away_is_waited_for(broker: Broker) -> None:
    """What was there is kept, and what comes once the source is there again, too."""
    await broker.publish(*numbered(30))
    inbox = Inbox()
    async with hearing(source(broker, context()), inbox):
        await inbox.has(30)
        broker.interrupt()
        broker.restore()
        async with asyncio.timeout(PATIENCE):
            while b'{"after":true}' not in inbox.bodies:
                with suppress(OSError):  # a server that starts may hang up again
                    await broker.publish(Sent(b'{"after":true}'))
                await asyncio.sleep(0.1)
    assert {each.body for each in numbered(30)} <= set(inbox.bodies)


async def test_what_means_ill_holds_nothing_up(broker: Broker) -> None:
    """What is large, bytes that are no text, headers that are none of an event's: each comes once, as it is."""
    ill = [
        Sent(b"\x00\xff" * 100_000),
        Sent(b"[" * 500_000, content_type="application/json"),
        Sent(b"{}", {"ce-specversion": "9.9", "ce-id": "", "ce-type": "x" * 1000}, "application/cloudevents+json"),
        Sent(b"not json", {"ce-specversion": "1.0"}, "application/cloudevents-batch+json; charset=utf-99"),
        Sent(b'{"specversion":' + b"9" * 5000 + b"}", content_type="multipart/\xe9; ;=;"),
    ]
    await broker.publish(*ill, Sent(b'{"honest":true}'))
    inbox = Inbox()
    async with hearing(source(broker, context()), inbox):
        await inbox.has(len(ill) + 1)
    assert sorted(inbox.bodies) == sorted([*(each.body for each in ill), b'{"honest":true}'])


async def test_a_flood_of_redeliveries_ends_with_what_was_said(broker: Broker) -> None:
    """A journal that fails again and again has each message delivered anew; in the end all are kept."""
    await broker.publish(*numbered(100))
    inbox = Inbox(failures=deque(JournalUnavailable("full") for _ in range(30)))
    async with hearing(source(broker, context()), inbox):
        await inbox.has(100)
    assert {*inbox.bodies} == {each.body for each in numbered(100)}
