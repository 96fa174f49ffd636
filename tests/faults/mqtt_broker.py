"""Mosquitto: a session that it keeps while its subscriber is away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests import brokers
from tests.faults.flow import Event

END = "cicd/end"

_NEVER = 0xFFFFFFFF
"""The expiry interval of a session that does not expire (MQTT 5, 3.1.2.11.2): a soak takes more than an hour."""

_PATIENCE = 600.0
"""Seconds in which a session hands over all that it has."""


class Mqtt:
    """A subscriber at QoS 1 that comes for its messages at the end."""

    def __init__(self, folder: Path, port: int) -> None:
        del port
        self.server = brokers.mosquitto(folder)

    def sink(self, port: int) -> dict[str, Any]:
        """A sink that publishes to what is subscribed to."""
        return {"type": "mqtt", "host": "127.0.0.1", "port": port, "topic": "cicd/{format}/{type}"}

    def prepare(self) -> None:
        """Begins the session."""
        asyncio.run(self._prepare())

    def crash(self) -> None:
        """By SIGTERM: it acknowledges before it saves, and loses a message by kill -9 even with autosave_on_changes."""
        self.server.stop()

    def events(self) -> Sequence[Event]:
        """As the session has them: up to a message of our own, which comes after all others."""
        return asyncio.run(self._events())

    async def _prepare(self) -> None:
        async with self._subscriber() as client:
            await client.subscribe("cicd/#", qos=1)

    async def _events(self) -> list[Event]:
        found: list[Event] = []
        async with asyncio.timeout(_PATIENCE), self._subscriber() as client:
            await client.publish(END, qos=1)
            async for message in client.messages:
                if message.topic.value == END:
                    break
                attributes = dict(getattr(message.properties, "UserProperty", []))
                assert isinstance(message.payload, bytes)
                found.append(Event(attributes, message.payload))
        return found

    def _subscriber(self) -> aiomqtt.Client:
        properties: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho types its client only
        properties.SessionExpiryInterval = _NEVER
        return aiomqtt.Client(
            "127.0.0.1",
            self.server.port,
            identifier="all",
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=properties,
        )
