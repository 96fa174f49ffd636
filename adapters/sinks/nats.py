"""NATS JetStream: the stream acknowledges each message, and drops one that it has had within its window.

Binding: github.com/cloudevents/spec, bindings/nats-protocol-binding.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

from nats.errors import Error

from adapters.errors import TransientError
from adapters.model import Message
from adapters.sinks.acks import Acks
from adapters.sinks.broker_settings import SUBJECT, NatsSettings
from adapters.sinks.contract import Taken, untold
from adapters.sinks.nats_connection import NatsConnection, NoStream
from adapters.sinks.under_way import UnderWay


class NatsSink:
    """Has whole batches under way at once, over a connection that is made anew after any failure of it.

    A subject that no stream takes, or that is not allowed, is a PermanentError, and so is a message that is too large.
    """

    def __init__(self, settings: NatsSettings) -> None:
        self._settings = settings
        self._name = SUBJECT.name_of(settings.subject)
        self._opening = asyncio.Lock()
        self._connection: NatsConnection | None = None
        self._under_way = UnderWay[NatsConnection]()

    async def publish(self, batch: Sequence[Message]) -> None:
        """Sends all messages, and waits until each is acknowledged or has failed."""
        await (await self.send(batch))

    async def send(self, batch: Sequence[Message], taken: Taken = untold) -> Awaitable[None]:
        """Sends all messages; what it returns waits until each is acknowledged or has failed."""
        connection = await self._under_way.behind(self._connected())
        acks = Acks(len(batch), self._settings.timeout, taken)
        await connection.send([(self._name(message), message) for message in batch], acks)
        settled = self._under_way.add(connection, self._settled(connection, batch, acks))
        if acks.stopped:
            await settled
        return settled

    async def aclose(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _settled(self, connection: NatsConnection, batch: Sequence[Message], acks: Acks) -> None:
        try:
            await acks.settled()
        except NoStream as failure:
            subject = self._name(batch[failure.delivered])
            raise await connection.why_no_stream(subject, failure.delivered) from None
        except TransientError:
            await connection.close()
            raise
        finally:
            connection.forget(acks)

    async def _connected(self) -> NatsConnection:
        async with self._opening:
            if self._connection is None or self._connection.closed:
                self._connection = await _opened(self._settings)
            return self._connection


async def _opened(settings: NatsSettings) -> NatsConnection:
    connection = NatsConnection()
    try:
        async with asyncio.timeout(settings.timeout):
            await connection.open(settings)
    except (OSError, Error) as error:
        await connection.close()
        reason = connection.complaint or str(error) or f"no answer within {settings.timeout:g} s"
        raise TransientError(f"NATS at {', '.join(settings.servers)} cannot be used: {reason}") from None
    return connection
