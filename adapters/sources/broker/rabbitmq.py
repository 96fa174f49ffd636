"""RabbitMQ: a queue that all replicas consume, each message going to one of them.

Messages are acknowledged when they are in the journal; what a replica has not acknowledged when its connection ends
goes to another. The queue should be durable, and its messages persistent: what the broker loses is not ours to find.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from adapters.brokers.closing import closed
from adapters.brokers.connection import ExchangeType, RabbitmqConnection, weighed
from adapters.brokers.partition import each
from adapters.brokers.rabbitmq import SINGLE_ACTIVE, connect, declare
from adapters.extras import need
from adapters.model import Receive
from adapters.settings import Field, Settings, model_validator
from adapters.sources.broker.consuming import BrokerLost, Consumer, Delivery, Keep, Sleep, attended, ended, lowered
from adapters.sources.broker.rabbitmq_inbox import Inbox
from adapters.sources.broker.settings import BrokerSettings
from adapters.sources.contract import Context

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue

_AHEAD = 2
"""Batches that the broker delivers before it waits for acknowledgements: one is kept while the next one comes."""


class Binding(Settings):
    """Which messages of an exchange go to the queue; `exchange_type` is for one that is made."""

    exchange: Annotated[str, Field(min_length=1)]
    routing_key: str = "#"
    exchange_type: ExchangeType = "topic"

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        weighed(self.exchange_type, self.routing_key)
        return self


class RabbitmqSettings(BrokerSettings, RabbitmqConnection):
    """Which queue, or with `{partition:8}` so many: one that is there; with `bindings`, one that is made, durable, and
    bound to exchanges.

    With `declare`, it is made without bindings, too, and so are the exchanges that it is bound to. With
    `single_active` it is made such that one replica at a time is given its messages, so that they keep their order.
    """

    type: Literal["rabbitmq"]
    queue: Annotated[str, Field(min_length=1, max_length=255)]
    bindings: tuple[Binding, ...] = ()
    declare: bool = False
    single_active: bool = False
    batch: Annotated[int, Field(gt=0, le=10_000)] = 200

    @model_validator(mode="after")
    def _made_here(self) -> Self:
        if self.single_active and not (self.declare or self.bindings):
            raise ValueError("'single_active' is for a queue that is made here: add 'declare: true'")
        return self


class RabbitmqSource:
    """A queue's messages; a position is the `message_id` that its publisher gave, if any."""

    def __init__(self, settings: RabbitmqSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises ConfigError where the extra is not installed."""
        need("rabbitmq", "aio_pika")
        self._settings = settings
        self._pulse = context.pulse
        self._consumer = Consumer(context, settings, self._session, sleep)

    async def run(self, receive: Receive) -> None:
        """Hands over what is delivered, until cancelled."""
        await self._consumer.run(receive)

    async def _session(self, keep: Keep) -> None:
        from aio_pika.exceptions import AMQPError, ChannelInvalidStateError  # noqa: PLC0415 - only its users need it

        self._pulse.rest(self._settings.timeout)
        try:
            connection = await connect(self._settings)
            try:
                await self._consume(connection, keep)
            finally:
                await closed(connection.close())
        except (AMQPError, ChannelInvalidStateError, OSError) as error:
            raise BrokerLost(f"{self._settings.host}: {error or type(error).__name__}") from None

    async def _consume(self, connection: AbstractConnection, keep: Keep) -> None:
        async with asyncio.timeout(self._settings.timeout):
            channel = await connection.channel()
            await channel.set_qos(_AHEAD * self._settings.batch)
            inbox = Inbox(await channel.get_underlay_channel())
            channel.close_callbacks.add(inbox.end)
            for name in each(self._settings.queue):
                await (await self._queue(channel, name)).consume(inbox.put)
        await keep(())
        while True:
            messages = await self._taken(inbox)
            await self._holding(inbox, _kept(keep, messages))
            inbox.kept(sum(message.body_size for message in messages))

    async def _holding(self, inbox: Inbox, work: Awaitable[None]) -> None:
        """Returns when it is done; raises BrokerLost when the channel ends before, for then it goes to another."""
        keeping, ending = asyncio.ensure_future(work), asyncio.ensure_future(inbox.ended.wait())
        ending.add_done_callback(lambda _: keeping.cancel())
        try:
            done = await attended(keeping)
        finally:
            await ended(ending)
        if not done:
            raise BrokerLost(f"{self._settings.host}: the channel ended before all was delivered that came over it")

    async def _queue(self, channel: AbstractChannel, name: str) -> AbstractQueue:
        settings = self._settings
        if not (settings.bindings or settings.declare):
            return await channel.declare_queue(name, passive=True)
        arguments: dict[str, Any] | None = {**SINGLE_ACTIVE} if settings.single_active else None
        queue = await channel.declare_queue(name, durable=True, arguments=arguments)
        for binding in settings.bindings:
            if settings.declare:
                await declare(channel, binding.exchange, binding.exchange_type)
            await queue.bind(binding.exchange, binding.routing_key)
        return queue

    async def _taken(self, inbox: Inbox) -> Sequence[AbstractIncomingMessage]:
        """What there is, once there is something; raises BrokerLost when nothing comes any more."""
        with self._pulse.idle():
            messages = await inbox.taken(self._settings.batch)
        if None in messages:
            raise BrokerLost(
                f"{self._settings.host}: the channel is closed, or the queue {self._settings.queue} is gone"
            )
        return [message for message in messages if message is not None]


async def _kept(keep: Keep, messages: Sequence[AbstractIncomingMessage]) -> None:
    """What was kept is acknowledged at once: whoever is cancelled meanwhile does not hear it again."""
    await keep([_delivery(message) for message in messages])
    await messages[-1].ack(multiple=True)


def _delivery(message: AbstractIncomingMessage) -> Delivery:
    headers = {**message.headers, "content-type": message.content_type} if message.content_type else message.headers
    return Delivery(message.body, lowered(headers.items()), message.message_id or "")
