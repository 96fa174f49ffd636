"""RabbitMQ, by aio-pika."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.brokers.connection import RabbitmqConnection
from adapters.tls import context

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractConnection


async def connect(connection: RabbitmqConnection) -> AbstractConnection:
    """A connection that does not come back by itself.

    Raises OSError (a timeout is one) or `aio_pika.exceptions.AMQPError` when there is none.
    """
    from aio_pika.connection import Connection, make_url  # noqa: PLC0415 - only who uses this broker needs it

    auth = connection.auth
    url = make_url(
        host=connection.host,
        port=connection.port or (5671 if connection.tls else 5672),
        virtualhost=connection.virtual_host,
        login=auth.username if auth else "guest",
        password=auth.password.get_secret_value() if auth else "guest",
        ssl=connection.tls is not None,
    )
    opening = Connection(url, ssl_context=context(connection.tls) if connection.tls else None)
    try:
        await opening.connect(timeout=connection.timeout)
    except StopAsyncIteration:  # what aiormq 7 makes of a connection that ends in the middle of the handshake
        raise ConnectionError("it closed the connection before that was open") from None
    finally:
        if not opening.connected.is_set():
            await opening.close()
    return opening


SINGLE_ACTIVE: Mapping[str, Any] = {"x-single-active-consumer": True}
"""The arguments of a queue that one consumer at a time is given the messages of."""


class Queue(NamedTuple):
    """A durable queue, the key by which it is bound, and whether it has a single active consumer."""

    name: str
    routing_key: str
    single_active: bool = False


async def declare(channel: AbstractChannel, exchange: str, kind: str, queues: Iterable[Queue] = ()) -> None:
    """Makes an exchange unless it is there, and queues that are bound to it.

    The exchanges that every server has, `""` and `amq.*`, are only bound to. Raises `aio_pika.exceptions.AMQPError`
    where one is there that is another, or may not be made.
    """
    if exchange and not exchange.startswith("amq."):
        await channel.declare_exchange(exchange, kind, durable=True)
    for name, routing_key, single_active in queues:
        queue = await channel.declare_queue(name, durable=True, arguments={**SINGLE_ACTIVE} if single_active else None)
        if exchange:
            await queue.bind(exchange, routing_key)
