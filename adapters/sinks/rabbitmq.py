"""RabbitMQ: the broker confirms each message once it is on the disks of the queues that it was routed to.

Binding: the CloudEvents SDK's for RabbitMQ (AMQP 0-9-1, headers with `ce-`). The `message_id` is the event's id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aio_pika
from aio_pika import DeliveryMode
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelClosed, PublishError

from adapters.brokers.closing import closed
from adapters.brokers.partition import each
from adapters.brokers.rabbitmq import Queue, connect, declare
from adapters.errors import DeliveryError, PermanentError, TransientError
from adapters.model import Message
from adapters.sinks.acks import raise_first
from adapters.sinks.binding import parts
from adapters.sinks.broker_settings import SHORT, RabbitmqSettings
from adapters.sinks.contract import Taken, untold
from adapters.sinks.progress import InOrder

_LONGEST = 255
"""Bytes of a short string (AMQP 0-9-1 §4.2.5.3)."""

_TROUBLE = (OSError, AMQPError, RuntimeError)
"""What aio-pika raises; RuntimeError is that of a connection or channel that has closed meanwhile."""


class _Refused(DeliveryError):
    """The broker has closed the channel for one of the messages under way, and does not say for which."""


class RabbitmqSink:
    """Has a whole batch under way at once, or as much of it as `window` says.

    The connection is made anew after any failure of it. What no queue is bound for, an exchange that does not exist or
    is not allowed, and a message that is too large are PermanentErrors. Batches take turns.
    """

    def __init__(self, settings: RabbitmqSettings) -> None:
        self._settings = settings
        self._exchange = SHORT.name_of(settings.exchange)
        self._routing_key = SHORT.name_of(settings.routing_key)
        self._turn = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._declared: set[tuple[str, str]] = set()

    async def publish(self, batch: Sequence[Message]) -> None:
        """Sends all messages, and waits until each is confirmed or has failed; one by one, after a refusal."""
        await self.tell(batch, untold)

    async def tell(self, batch: Sequence[Message], taken: Taken) -> None:
        """As in Telling."""
        async with self._turn:
            try:
                await self._send(batch, taken)
            except _Refused as refused:
                await self.aclose()  # what was still on its way to the closed channel makes the broker hang up
                await self._send_each(batch, refused.delivered, taken)
            except TransientError:
                await self.aclose()
                raise

    async def aclose(self) -> None:
        """Closes the connection."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            await closed(connection.close())

    async def _send_each(self, batch: Sequence[Message], start: int, taken: Taken) -> None:
        for index in range(start, len(batch)):
            try:
                await self._send(batch[index : index + 1])
            except _Refused as refused:
                raise PermanentError(str(refused), delivered=index) from None
            except DeliveryError as failure:
                failure.delivered = index
                raise
            taken(index)

    async def _send(self, batch: Sequence[Message], taken: Taken = untold) -> None:
        channel = await self._ready()
        if self._settings.declare:
            await self._declare(channel, batch)
        progress, window = InOrder(len(batch), taken), self._settings.window or len(batch)

        async def outcome(index: int, message: Message) -> DeliveryError | None:
            failure = await self._outcome(channel, message)
            if failure is None:
                progress.took(index)
            return failure

        sent: list[asyncio.Task[DeliveryError | None]] = []
        async with asyncio.TaskGroup() as group:
            for index, message in enumerate(batch):
                if index >= window:
                    await asyncio.wait([before := sent[index - window]])
                    if before.result():
                        break
                sent.append(group.create_task(outcome(index, message)))
        outcomes = [each.result() for each in sent]
        refusals = [each for each in outcomes if isinstance(each, _Refused)]
        raise_first([refusals[0] if refusals and each else each for each in outcomes])

    async def _declare(self, channel: AbstractChannel, batch: Sequence[Message]) -> None:
        """Makes what the messages are sent to and was not made over this connection."""
        keys = {(self._exchange(message), self._routing_key(message)) for message in batch}
        places = {(exchange, "" if exchange else key) for exchange, key in keys if not _too_long(exchange, key)}
        bound = [
            Queue(name, queue.routing_key, queue.single_active)
            for queue in self._settings.queues
            for name in each(queue.queue)
        ]
        for exchange, key in sorted(places - self._declared):
            try:
                async with asyncio.timeout(self._settings.timeout):
                    queues = bound if exchange else [Queue(key, key)]
                    await declare(channel, exchange, self._settings.exchange_type, queues)
            except _TROUBLE as error:
                what = f"the exchange '{exchange}'" if exchange else f"the queue '{key}'"
                raise TransientError(f"RabbitMQ does not make {what}, or its queues: {self._reason(error)}") from None
            self._declared.add((exchange, key))

    async def _outcome(self, channel: AbstractChannel, message: Message) -> DeliveryError | None:
        exchange, key = self._exchange(message), self._routing_key(message)
        if _too_long(exchange, key):
            return PermanentError(f"exchange and routing key have at most {_LONGEST} bytes: {exchange} {key}")
        try:
            to = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
            await to.publish(_laid(message), key, mandatory=True, timeout=self._settings.timeout)
        except PublishError:
            return PermanentError(f"no queue is bound to the exchange '{exchange}' for the routing key '{key}'")
        except ChannelClosed as error:
            return _Refused(f"RabbitMQ refuses the message: {error}")
        except (*_TROUBLE, asyncio.CancelledError) as error:  # aiormq cancels what a lost connection leaves
            return TransientError(f"RabbitMQ does not take messages: {self._reason(error)}")
        return None

    async def _ready(self) -> AbstractChannel:
        if self._channel is None or self._channel.is_closed:
            try:
                async with asyncio.timeout(self._settings.timeout):
                    self._channel = await self._opened()
            except _TROUBLE as error:
                reason = f"RabbitMQ at {self._settings.host} cannot be used: {self._reason(error)}"
                raise TransientError(reason) from None
        return self._channel

    async def _opened(self) -> AbstractChannel:
        if self._connection is None or self._connection.is_closed:
            self._connection = await connect(self._settings)
            self._declared.clear()
        return await self._connection.channel(publisher_confirms=True, on_return_raises=True)

    def _reason(self, error: BaseException) -> str:
        if isinstance(error, TimeoutError):
            return f"no answer within {self._settings.timeout:g} s"
        return str(error) or type(error).__name__


def _too_long(exchange: str, key: str) -> bool:
    return max(len(exchange.encode()), len(key.encode())) > _LONGEST


def _laid(message: Message) -> aio_pika.Message:
    laid, attributes = parts(message, "ce-"), message.attributes
    return aio_pika.Message(
        laid.body,
        headers={**laid.headers},
        content_type=laid.content_type,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=attributes["id"],
        type=attributes["type"],
        app_id="cdevents-adapters",
    )
