"""MQTT 5 at QoS 1: the broker acknowledges each message, which does not say that anybody has subscribed.

Binding: github.com/cloudevents/spec, bindings/mqtt-protocol-binding.md; attributes are user properties.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

from adapters.errors import TransientError
from adapters.model import Message
from adapters.sinks.acks import Acks
from adapters.sinks.broker_settings import LEVELS, MqttSettings
from adapters.sinks.contract import Taken, untold
from adapters.sinks.mqtt_connection import MqttConnection
from adapters.sinks.under_way import UnderWay


class MqttSink:
    """Has as many messages under way at once as the broker allows.

    A topic that is not allowed, and a message that is too large, is a PermanentError. After anything else that goes
    wrong, the connection is made anew.
    """

    def __init__(self, settings: MqttSettings) -> None:
        self._settings = settings
        self._name = LEVELS.name_of(settings.topic)
        self._opening = asyncio.Lock()
        self._connection: MqttConnection | None = None
        self._under_way = UnderWay[MqttConnection]()

    async def publish(self, batch: Sequence[Message]) -> None:
        """Sends all messages, and waits until each is acknowledged or has failed."""
        await (await self.send(batch))

    async def send(self, batch: Sequence[Message], taken: Taken = untold) -> Awaitable[None]:
        """Sends all messages, as the broker makes room; what it returns waits until each is acknowledged or failed."""
        connection = await self._under_way.behind(self._connected())
        acks = Acks(len(batch), self._settings.timeout, taken)
        await acks.hand_over(batch, lambda each, index: connection.send(self._name(each), each, acks, index))
        settled = self._under_way.add(connection, self._settled(connection, acks))
        if acks.stopped:
            await settled
        return settled

    async def aclose(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            await self._close(self._connection)

    async def _settled(self, connection: MqttConnection, acks: Acks) -> None:
        try:
            await acks.settled()
        except (TransientError, asyncio.CancelledError):
            await self._close(connection)
            raise

    async def _connected(self) -> MqttConnection:
        async with self._opening:
            if self._connection is not None and self._connection.end:
                await self._close(self._connection)
            if self._connection is None:
                self._connection = await _opened(self._settings)
            return self._connection

    async def _close(self, connection: MqttConnection) -> None:
        """Closes a connection, which may have been followed by another one meanwhile."""
        if self._connection is connection:
            self._connection = None
        await connection.close()


async def _opened(settings: MqttSettings) -> MqttConnection:
    connection = MqttConnection(settings)
    try:
        await connection.open()
    except (TransientError, asyncio.CancelledError):
        await connection.close()
        raise
    return connection
