"""Large messages: how many are in memory at once, and what becomes of one that is too large."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.model import STUB, TRUNCATED
from adapters.sources.broker.consuming import IN_HAND
from adapters.sources.broker.rabbitmq_inbox import Inbox as RabbitmqInbox
from tests.sources.broker.places import MqttTopic, NatsStream, RabbitmqQueue
from tests.sources.broker.support import INSTANCE, SOURCE_TYPES, Broker, Inbox, Sent, briefly, context, hearing
from tests.waiting import eventually

pytestmark = pytest.mark.slow

LARGE = 900_000


def roomy(broker: Broker, **options: Any) -> Any:
    """A source that would take all at once."""
    given = {**broker.options(0), "instance": INSTANCE, "batch": 200, **options}
    settings, build = SOURCE_TYPES[given["type"]]
    return build(settings.model_validate(given), context(), sleep=briefly)


async def test_of_what_is_too_large_a_stub_is_kept(broker: Broker) -> None:
    """Which says how large it was; what comes behind it is not held up, and nothing of it comes again."""
    await broker.publish(Sent(b"x" * 100_000), Sent(b'{"n":1}'))
    inbox = Inbox()
    async with hearing(roomy(broker, max_message="90000B"), inbox):
        await inbox.has(2)
    [stub] = [each for each in inbox.kept if TRUNCATED in each.headers]
    assert (stub.body, stub.headers[TRUNCATED]) == (b"x" * STUB, "100000/90000")
    assert b'{"n":1}' in inbox.bodies


@pytest.fixture(params=["mqtt_topic", "nats_stream", "rabbitmq_queue"])
def keeping(request: pytest.FixtureRequest) -> MqttTopic | NatsStream | RabbitmqQueue:
    """Each of the brokers that keep large messages; the cluster of the tests forgets them."""
    place: MqttTopic | NatsStream | RabbitmqQueue = request.getfixturevalue(request.param)
    return place


class Weighing(Inbox):
    """A journal that notes how many bytes it is given at once."""

    heaviest = 0

    async def receive(self, notifications: Any, checkpoints: Any = ()) -> None:
        """Keeps."""
        self.heaviest = max(self.heaviest, sum(len(each.body) for each in notifications))
        await asyncio.sleep(0.05)
        await super().receive(notifications, checkpoints)


async def test_large_messages_come_a_few_at_a_time(keeping: Broker) -> None:
    """However many the batch may have, it is full when it is large; all of them come."""
    await keeping.publish(*[Sent(b"%4d" % number + b"x" * LARGE) for number in range(60)])
    inbox = Weighing()
    async with hearing(roomy(keeping), inbox):
        await inbox.has(60)
    assert inbox.heaviest <= IN_HAND + LARGE + 4
    assert {int(body[:4]) for body in inbox.bodies} == set(range(60))


async def test_a_channel_is_not_read_while_much_is_in_hand() -> None:
    """A prefetch count says nothing of bytes; what was kept makes room, and so does the end."""
    read = 0

    async def content(_frame: Any, size: int) -> Any:
        nonlocal read
        read += 1
        return SimpleNamespace(body=b"x" * size)

    channel = SimpleNamespace(_read_content=content, on_consumer_cancel_callbacks=set())
    inbox = RabbitmqInbox(channel)
    reading = asyncio.ensure_future(asyncio.wait([asyncio.ensure_future(_all(channel, IN_HAND // 2 + 1))]))
    await eventually(lambda: read == 2)
    await briefly(0)
    assert read == 2
    inbox.kept(IN_HAND // 2 + 1)
    await eventually(lambda: read == 3)
    inbox.end()
    await reading
    assert read == 4


async def _all(channel: Any, size: int) -> None:
    for _ in range(4):
        await channel._read_content(None, size)
