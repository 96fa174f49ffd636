"""MQTT 5 at QoS 1: the broker acknowledges each message, which does not say that anybody has subscribed.

Binding: github.com/cloudevents/spec, bindings/mqtt-protocol-binding.md; attributes are user properties.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from adapters.errors import DeliveryError, TransientError
from adapters.model import Message
from adapters.sinks.acks import Acks
from adapters.sinks.broker_settings import LEVELS, MqttSettings
from adapters.sinks.mqtt_connection import MqttConnection


class MqttSink:
    """Has as many messages of a batch under way at once as the broker allows.

    A topic that is not allowed, and a message that is too large, is a PermanentError. After anything else that goes
    wrong, the connection is made anew. Batches take turns.
    """

    def __init__(self, settings: MqttSettings) -> None:
        self._settings = settings
        self._name = LEVELS.name_of(settings.topic)
        self._turn = asyncio.Lock()
        self._connection: MqttConnection | None = None

    async def publish(self, batch: Sequence[Message]) -> None:
        """Sends all messages, and waits until each is acknowledged or has failed."""
        async with self._turn:
            try:
                await self._send(await self._connected(), batch)
            except (TransientError, asyncio.CancelledError):
                await self.aclose()
                raise

    async def aclose(self) -> None:
        """Closes the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _send(self, connection: MqttConnection, batch: Sequence[Message]) -> None:
        acks = Acks(len(batch), self._settings.timeout)
        for index, message in enumerate(batch):
            try:
                await connection.send(self._name(message), message, acks, index)
            except DeliveryError as failure:
                acks.stop(index, failure)
                break
        await acks.settled()

    async def _connected(self) -> MqttConnection:
        if self._connection is not None and self._connection.end:
            await self.aclose()
        if self._connection is None:
            self._connection = MqttConnection(self._settings)
            await self._connection.open()
        return self._connection
