"""Kafka: a consumer of a group, whose offsets are committed when their messages are in the journal.

All replicas of an adapter are one group, to each of which the cluster gives some of the partitions. Partitions come and
go only between two batches: there is nothing half done to be committed or dropped when the group is balanced anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from adapters.brokers.connection import KafkaConnection
from adapters.brokers.kafka import properties
from adapters.extras import need
from adapters.model import Receive
from adapters.settings import AfterValidator, Field
from adapters.sources.broker.consuming import IN_HAND, BrokerLost, Consumer, Delivery, Keep, Sleep, lowered
from adapters.sources.broker.settings import BrokerSettings
from adapters.sources.contract import Context

if TYPE_CHECKING:
    from confluent_kafka import Message

    from adapters.sources.broker.kafka_member import Member

_PROMISED = ("group.id", "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset")


def _not_promised(given: dict[str, str]) -> dict[str, str]:
    if found := [name for name in _PROMISED if name in given]:
        raise ValueError(f"'{found[0]}' is the source's own, for what it promises depends on it")
    return given


class KafkaSettings(BrokerSettings, KafkaConnection):
    """Which topics (`^` begins a regular expression); replicas share the work by the same `group`.

    `start` is for partitions of which the group has no offset: with all that they hold, or with what comes.
    """

    type: Literal["kafka"]
    topics: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
    group: Annotated[str, Field(min_length=1)] = "cdevents-adapters"
    start: Literal["all", "new"] = "all"
    batch: Annotated[int, Field(gt=1, le=10_000)] = 500
    properties: Annotated[dict[str, str], AfterValidator(_not_promised)] = {}


class KafkaSource:
    """The messages of topics; a position is `<topic>/<partition>/<offset>`."""

    def __init__(self, settings: KafkaSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises ConfigError where the extra is not installed."""
        need("kafka", "confluent_kafka")
        self._settings, self._name = settings, context.name
        self._pulse = context.pulse
        self._consumer = Consumer(context, settings, self._session, sleep)

    async def run(self, receive: Receive) -> None:
        """Hands over what is delivered, until cancelled."""
        await self._consumer.run(receive)

    async def _session(self, keep: Keep) -> None:
        from confluent_kafka import KafkaException  # noqa: PLC0415 - only who uses this broker needs it

        from adapters.sources.broker.kafka_member import member  # noqa: PLC0415 - as above

        settings = self._settings
        try:
            async with member(self._name, _config(settings), [*settings.topics]) as consumer:
                password = _password(settings)
                while _password(settings) == password:
                    self._pulse.beat()
                    if messages := await consumer.call(lambda: consumer.fetch(settings.batch, IN_HAND)):
                        await consumer.holding(_kept(consumer, messages, keep))
        except KafkaException as error:
            raise BrokerLost(f"{', '.join(settings.brokers)}: {error.args[0].str()}") from None
        raise BrokerLost(f"{', '.join(settings.brokers)}: the password is another one now")


async def _kept(consumer: Member, messages: Sequence[Message], keep: Keep) -> None:
    await keep([_delivery(message) for message in messages])
    consumer.commit(messages)


def _password(settings: KafkaSettings) -> str | None:
    """As it is now: librdkafka would for ever show the one that it was given."""
    return settings.auth.password.get_secret_value() if settings.auth else None


def _config(settings: KafkaSettings) -> dict[str, Any]:
    return {
        "partition.assignment.strategy": "cooperative-sticky",
        "queued.max.messages.kbytes": IN_HAND >> 10,
        "fetch.max.bytes": IN_HAND,
        **properties(settings),
        "group.id": settings.group,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest" if settings.start == "all" else "latest",
    }


def _delivery(message: Message) -> Delivery:
    position = f"{message.topic()}/{message.partition()}/{message.offset()}"
    return Delivery(message.value() or b"", lowered(dict(message.headers() or ()).items()), position)
