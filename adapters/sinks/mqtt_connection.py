"""One connection to an MQTT broker, and the acknowledgements that come over it.

It is paho's own client, for aiomqtt 2 does not tell the reason code of an acknowledgement: a topic that is not allowed
would count as delivered. Paho's thread hands everything to the event loop.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import lru_cache
from time import perf_counter
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.exception import MQTTException
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from adapters.errors import DeliveryError, HungUp, PermanentError, TransientError
from adapters.model import Message
from adapters.sinks.acks import Acks
from adapters.sinks.binding import parts
from adapters.sinks.broker_settings import MqttSettings
from adapters.sinks.window import Window
from adapters.tls import context

_REFUSED = frozenset({0x87, 0x90, 0x95, 0x99})
"""Reason codes that are about the message: not authorized, topic name invalid, packet too large, payload format invalid
(MQTT 5 §3.4.2.1 and §2.4)."""

_UNEXPLAINED = frozenset({0x80, 0x81, 0x82, 0x83})
"""Reason codes of a disconnection that may be for a message: unspecified, as paho calls a connection that just ends,
malformed packet, protocol error, implementation specific (MQTT 5 §3.14.2.1)."""

_MANY = 0xFFFF
"""How many messages may be under way where the broker does not say (MQTT 5 §3.2.2.3.3, Receive Maximum)."""

_FRAME = 32
"""Bytes of a packet at most beside its topic, properties and payload (MQTT 5 §3.3)."""

_LONGEST = 0xFFFF
"""Bytes of a text (MQTT 5 §1.5.4)."""

_NAMED = 5
"""Bytes of a user property beside its name and value (MQTT 5 §2.2.2.2)."""

_LEAVE = 1.0
"""Seconds that a broker has to take our leave."""


class MqttConnection:
    """A connection once it is opened; after its `end`, which says why, it takes nothing more."""

    def __init__(self, settings: MqttSettings) -> None:
        """Raises TransientError where a file of TLS cannot be used."""
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._welcome: asyncio.Future[None] = self._loop.create_future()
        self._waiting: dict[int, tuple[Acks, int, float]] = {}
        self._window = Window(_MANY)
        self._room, self._places = asyncio.Semaphore(0), 0
        self._largest = 0
        self.end = ""
        self._gone = asyncio.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5, reconnect_on_failure=False)
        self._client.max_inflight_messages_set(_MANY)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish

    async def open(self) -> None:
        """Connects; raises TransientError when the broker is away, silent, or does not let it in."""
        try:
            async with asyncio.timeout(self._settings.timeout):
                await asyncio.to_thread(self._connect)
                self._client.loop_start()
                await self._welcome
        except OSError as error:
            reason = str(error) or f"no answer within {self._settings.timeout:g} s"
            raise TransientError(f"MQTT at {self._settings.host} cannot be used: {reason}") from None

    async def send(self, topic: str, message: Message, acks: Acks, index: int) -> None:
        """Sends a message whose answer goes to `acks`, when the broker allows; raises DeliveryError when it cannot."""
        properties, body, size = _laid(message)
        if self._largest and _FRAME + len(topic.encode()) + size > self._largest:
            raise PermanentError(f"the message is larger than the {self._largest} bytes that the broker takes")
        await self._enter()
        sent = perf_counter()
        try:
            info = self._client.publish(topic, body, qos=1, properties=properties)
        except (ValueError, MQTTException) as error:
            self._leave()
            raise PermanentError(f"MQTT cannot carry the message: {error}") from None
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise TransientError(f"MQTT does not take messages: {info.rc.name}")
        self._waiting[info.mid] = acks, index, sent

    async def close(self) -> None:
        """Ends it; a broker that takes no more bytes has a second, after which the client's thread ends by itself.

        What comes in the end is told nobody.
        """
        if self._client.disconnect() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._gone.wait(), _LEAVE)
        self._client.on_connect = self._client.on_disconnect = self._client.on_publish = None

    async def _enter(self) -> None:
        """Returns when one more message may be under way."""
        try:
            async with asyncio.timeout(self._settings.timeout if self._room.locked() else None):
                await self._room.acquire()
        except TimeoutError:
            raise TransientError(f"no acknowledgement within {self._settings.timeout:g} s") from None
        if self.end:
            raise TransientError(self.end)

    def _leave(self) -> None:
        """One is under way no more; the room is then as large as the window is."""
        self._places -= 1
        while self._places < self._window.size:
            self._places += 1
            self._room.release()

    def _connect(self) -> None:
        settings, client = self._settings, self._client
        if settings.tls:
            client.tls_set_context(context(settings.tls))
        if settings.auth:
            client.username_pw_set(settings.auth.username, settings.auth.password.get_secret_value())
        client.connect_timeout = settings.timeout
        client.connect(settings.host, settings.port or (8883 if settings.tls else 1883))

    def _on_connect(
        self, _client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._welcomed, reason, properties)

    def _on_disconnect(
        self, _client: Client, _data: Any, _flags: DisconnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._lost, reason)

    def _on_publish(self, _client: Client, _data: Any, mid: int, reason: ReasonCode, _properties: Properties) -> None:
        """Tells what was taken in paho's thread: the loop may be busy, and be killed before it hears of that.

        An answer that is here before the loop knows what it sent is told there.
        """
        if not reason.is_failure and (known := self._waiting.pop(mid, None)):
            acks, index, sent = known
            acks.put(index)
            self._window.answered(perf_counter() - sent)
        self._loop.call_soon_threadsafe(self._answered, mid, reason)

    def _welcomed(self, reason: ReasonCode, properties: Properties | None) -> None:
        if reason.is_failure:
            self._refused(f"it refuses the connection: {reason}")
            return
        self._largest = getattr(properties, "MaximumPacketSize", 0)
        allowed, wanted = getattr(properties, "ReceiveMaximum", _MANY), self._settings.window
        self._window = Window(min(allowed, wanted), wanted) if wanted else Window(allowed)
        self._places = self._window.size
        self._room = asyncio.Semaphore(self._places)
        if not self._welcome.done():
            self._welcome.set_result(None)

    def _refused(self, reason: str) -> None:
        if not self._welcome.done():
            self._welcome.set_exception(OSError(reason))

    def _lost(self, reason: ReasonCode) -> None:
        self._refused(f"the connection was lost: {reason}")
        self.end = f"the connection to MQTT was lost: {reason}"
        kind = HungUp if reason.value in _REFUSED | _UNEXPLAINED else TransientError
        for acks in {id(each): each for each, *_ in [*self._waiting.values()]}.values():
            acks.abandon(kind(self.end))
        self._waiting.clear()
        self._room.release()
        self._gone.set()

    def _answered(self, mid: int, reason: ReasonCode) -> None:
        self._leave()
        acks, index, _ = self._waiting.pop(mid, (None, 0, 0))
        if acks is not None:
            acks.put(index, _failure(reason) if reason.is_failure else None)


def _failure(reason: ReasonCode) -> DeliveryError:
    kind = PermanentError if reason.value in _REFUSED else TransientError
    return kind(f"MQTT refuses the message: {reason}")


def _laid(message: Message) -> tuple[Properties, bytes, int]:
    """Properties and payload, and how many bytes both are; raises PermanentError for what no property can hold."""
    headers, content_type, body = parts(message, "")
    properties, size = _properties(content_type, tuple(headers.items()))
    return properties, body, size + len(body)


@lru_cache(16)
def _properties(content_type: str, headers: tuple[tuple[str, str], ...]) -> tuple[Properties, int]:
    """What paho takes long to make, and structured messages have in common; nothing changes it afterwards."""
    texts = [content_type, *(value for _, value in headers)]
    if any("\0" in value or len(value.encode()) > _LONGEST for value in texts):
        raise PermanentError("MQTT cannot carry the message: an attribute is too long or has a NUL character in it")
    properties: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho types its client only
    properties.ContentType = content_type
    if headers:
        properties.UserProperty = list(headers)
    named = sum(len(name) + len(value.encode()) + _NAMED for name, value in headers)
    return properties, named + len(content_type)
