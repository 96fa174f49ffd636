"""A journal that does as it is told, and what the tests of all brokers say."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification
from adapters.sources.broker.kafka import KafkaSettings, KafkaSource
from adapters.sources.broker.mqtt import MqttSettings, MqttSource
from adapters.sources.broker.nats import NatsSettings, NatsSource
from adapters.sources.broker.rabbitmq import RabbitmqSettings, RabbitmqSource
from adapters.sources.contract import Context, Source, SourceSettings
from tests.waiting import eventually

INSTANCE = "https://gerrit.example.com/"
NAME = "gerrit"
SOURCE_TYPES: dict[str, tuple[type[SourceSettings], Callable[..., Source]]] = {
    "kafka": (KafkaSettings, KafkaSource),
    "mqtt": (MqttSettings, MqttSource),
    "nats": (NatsSettings, NatsSource),
    "rabbitmq": (RabbitmqSettings, RabbitmqSource),
}
PATIENCE = 30.0
"""Seconds after which a test gives up."""


@dataclass(frozen=True)
class Sent:
    """A message to publish: `key` is for brokers that keep what has one key in one place."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    key: str = ""


def numbered(count: int, first: int = 0) -> list[Sent]:
    """Messages that are all different, spread over all partitions."""
    numbers = range(first, first + count)
    return [Sent(b'{"type":"ref-updated","n":%d}' % number, key=str(number)) for number in numbers]


@dataclass
class Inbox:
    """A journal: first does what is in `failures` (one for each call), then keeps; `held` keeps it from returning."""

    failures: deque[Exception] = field(default_factory=deque)
    kept: list[Notification] = field(default_factory=list)
    calls: int = 0
    held: bool = False

    async def receive(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Keeps, or fails."""
        assert notifications
        assert not checkpoints
        self.calls += 1
        if self.held:
            await asyncio.Event().wait()
        if self.failures:
            raise self.failures.popleft()
        self.kept += notifications

    @property
    def bodies(self) -> list[bytes]:
        """The bodies of what was kept, in order."""
        return [each.body for each in self.kept]

    async def has(self, count: int) -> None:
        """Returns when so many are kept."""
        await eventually(lambda: len(self.kept) >= count)

    async def called(self, count: int = 1) -> None:
        """Returns when it was asked so often to keep something."""
        await eventually(lambda: self.calls >= count)


class Broker(Protocol):
    """A real broker with a place of its own for the test."""

    def options(self, replica: int) -> dict[str, Any]:
        """The settings of a replica's source, but for the instance."""

    def sink(self) -> dict[str, Any]:
        """The settings of a sink that publishes to where the source listens."""

    async def publish(self, *messages: Sent) -> None:
        """Puts messages there; they are the broker's when it returns."""

    def interrupt(self) -> None:
        """Takes the broker away."""

    def restore(self) -> None:
        """Brings it back, with all that it had."""


async def briefly(_seconds: float) -> None:
    """A pause that is too short to be noticed."""
    await asyncio.sleep(0.01)


def source(broker: Broker, context: Context, replica: int = 0) -> Source:
    """One of the replicas that take a broker's messages."""
    options = broker.options(replica)
    settings, build = SOURCE_TYPES[options["type"]]
    return build(settings.model_validate({**options, "instance": INSTANCE}), context, sleep=briefly)


def context() -> Context:
    """A source without a mapping."""
    return Context(NAME, lambda: None, {}, Metrics(), lambda: datetime.now(UTC))


def passed_over(context: Context) -> float:
    """How many messages were passed over."""
    registry = context.metrics.registry
    return registry.get_sample_value("cdevents_adapters_messages_passed_over_total", {"source": NAME}) or 0


@asynccontextmanager
async def hearing(source: Source, inbox: Inbox) -> AsyncIterator[asyncio.Task[None]]:
    """The source at work; at the end it is stopped."""
    task = asyncio.create_task(source.run(inbox.receive))
    try:
        yield task
    finally:
        task.cancel()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(task, return_exceptions=True)
