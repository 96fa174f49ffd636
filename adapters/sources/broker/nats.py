"""NATS: a durable pull consumer of a JetStream stream, shared by all replicas that name it.

A message is acknowledged when it is in the journal; what is not acknowledged within `ack_wait` is delivered again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Literal, Self

from adapters.brokers.closing import closed
from adapters.brokers.connection import NatsConnection
from adapters.brokers.nats import connect
from adapters.brokers.partition import each, partitions
from adapters.extras import need
from adapters.model import Receive
from adapters.settings import Duration, Expected, Field, model_validator
from adapters.sources.broker.consuming import (
    IN_HAND,
    BrokerLost,
    Consumer,
    Delivery,
    Keep,
    Sleep,
    attended,
    lowered,
    together,
)
from adapters.sources.broker.settings import BrokerSettings
from adapters.sources.contract import Context

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js.client import JetStreamContext

_IDLE = 5.0
"""Seconds that a request for messages waits for the first."""

_LINGER = 0.05
"""Seconds that it waits for those after the first: a fetch of many waits for all of them as long as it may."""

_REPLICAS = 16
"""Consumers that can have a whole batch each, before the server waits for acknowledgements."""

_Name = Annotated[str, Field(pattern=r"^[^\s.*>/\\]+$"), Expected("a name without spaces and any of . * > /")]


class NatsSettings(BrokerSettings, NatsConnection):
    """Which stream, and which of its subjects (`>`: all); replicas share the work by the same `consumer`.

    The consumer is made where there is none: `start` says whether with all that the stream holds or with what comes.
    With `{partition:8}` in the subject there are so many. An `ordered` one has one message in hand at a time, whichever
    replica's, so that they keep their order.
    """

    type: Literal["nats"]
    stream: _Name
    subject: Annotated[str, Field(pattern=r"^\S+$"), Expected("a subject without spaces")] = ">"
    consumer: _Name = "cdevents-adapters"
    start: Literal["all", "new"] = "all"
    batch: Annotated[int, Field(gt=1, le=1000)] = 200
    ack_wait: Annotated[Duration, Field(ge=1)] = 60.0
    ordered: bool = False

    @model_validator(mode="after")
    def _one_after_another(self) -> Self:
        if self.ordered and not self.waits:
            raise ValueError("'ordered' needs 'ack: delivered': what is only journaled may be delivered at any time")
        return self

    @property
    def consumers(self) -> Mapping[str, str]:
        """The subjects, by the names of their consumers."""
        if partitions(self.subject) is None:
            return {self.consumer: self.subject}
        return {f"{self.consumer}-{number}": subject for number, subject in enumerate(each(self.subject))}


class NatsSource:
    """A stream's messages; a position is `<stream>/<sequence number>`."""

    def __init__(self, settings: NatsSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises ConfigError where the extra is not installed."""
        need("nats", "nats")
        self._settings = settings
        self._pulse = context.pulse
        self._consumer = Consumer(context, settings, self._session, sleep)

    async def run(self, receive: Receive) -> None:
        """Hands over what is delivered, until cancelled."""
        await self._consumer.run(receive)

    async def _session(self, keep: Keep) -> None:
        from nats.errors import Error  # noqa: PLC0415 - only who uses this broker needs it

        complaints: list[Exception] = []
        self._pulse.rest(self._settings.timeout)
        try:
            client = await self._connected(complaints)
            try:
                subscriptions = [await self._subscribed(client, *named) for named in self._settings.consumers.items()]
                await keep(())
                await together(self._consume(one, self._limit(client), keep) for one in subscriptions)
            finally:
                await closed(client.close())
        except (Error, OSError) as error:
            said = "; ".join(str(each) or type(each).__name__ for each in (error, *complaints[-1:]))
            raise BrokerLost(f"{', '.join(self._settings.servers)}: {said}") from None

    async def _connected(self, complaints: list[Exception]) -> Client:
        async def note(error: Exception) -> None:
            complaints.append(error)

        return await connect(
            self._settings,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            ping_interval=self._settings.timeout,
            error_cb=note,
        )

    async def _subscribed(self, client: Client, consumer: str, subject: str) -> JetStreamContext.PullSubscription:
        from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy  # noqa: PLC0415 - as above
        from nats.js.errors import NotFoundError  # noqa: PLC0415 - as above

        settings = self._settings
        config = ConsumerConfig(
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=settings.ack_wait,
            deliver_policy=DeliverPolicy(settings.start),
            max_ack_pending=1 if settings.ordered else _REPLICAS * settings.batch,
        )
        jetstream = client.jetstream(timeout=settings.timeout)
        try:
            subscription = await jetstream.pull_subscribe(subject, consumer, settings.stream, config)
            made = (await subscription.consumer_info()).config
        except NotFoundError:
            raise BrokerLost(f"there is no stream {settings.stream}: make it, or correct the name") from None
        if settings.ordered and made.max_ack_pending != 1:
            raise BrokerLost(f"the consumer {consumer} hands out several at a time: give another name")
        return subscription

    def _limit(self, client: Client) -> int:
        """How many messages at once: no more than are IN_HAND if each is as large as the server lets them be."""
        most = 1 if self._settings.ordered else self._settings.batch
        return max(1, min(most, IN_HAND // client.max_payload))

    async def _consume(self, subscription: JetStreamContext.PullSubscription, limit: int, keep: Keep) -> None:
        while True:
            self._pulse.beat()
            messages = await self._fetched(subscription, limit)
            if not messages:
                await subscription.consumer_info()  # raises when there is none any more: a fetch only waits in vain
                continue
            await self._holding(messages, _kept(messages, keep))

    async def _holding(self, messages: Sequence[Msg], work: Awaitable[None]) -> None:
        """Tells the server now and then that they are still in work, for it would deliver them to another."""

        async def in_progress() -> None:
            for message in messages:
                await message.in_progress()

        await attended(asyncio.ensure_future(work), in_progress, self._settings.ack_wait / 3)

    async def _fetched(self, subscription: JetStreamContext.PullSubscription, limit: int) -> Sequence[Msg]:
        # Not awaited itself: nats-py may lose a cancellation, and the source would not stop (as with 2.16).
        fetching = asyncio.create_task(_fetch(subscription, limit))
        fetching.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await asyncio.wait([fetching])
            return fetching.result()
        finally:
            fetching.cancel()


async def _kept(messages: Sequence[Msg], keep: Keep) -> None:
    await keep([_delivery(message) for message in messages])
    for message in messages:
        await message.ack()


async def _fetch(subscription: JetStreamContext.PullSubscription, limit: int) -> Sequence[Msg]:
    messages: list[Msg] = []
    with suppress(TimeoutError):
        messages += await subscription.fetch(1, timeout=_IDLE)
        if limit > 1:
            messages += await subscription.fetch(limit - 1, timeout=_LINGER)
    return messages


def _delivery(message: Msg) -> Delivery:
    metadata = message.metadata
    position = f"{metadata.stream}/{metadata.sequence.stream}"
    return Delivery(message.data, lowered((message.headers or {}).items()), position)
