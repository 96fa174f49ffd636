"""MQTT 5: a shared subscription, so that each message goes to one of the replicas, and sessions that outlive them.

A message of QoS 1 is acknowledged when it is in the journal. One that was published with QoS 0, or that finds no
session, is lost as MQTT says; which of its messages a broker keeps over its own restart is its own business.
"""

from __future__ import annotations

import asyncio
import re
import socket
from typing import TYPE_CHECKING, Annotated, Literal

from adapters.brokers.connection import MqttConnection
from adapters.brokers.mqtt import client
from adapters.extras import need
from adapters.model import Receive
from adapters.settings import Duration, Expected, Field
from adapters.sources.broker.consuming import BrokerLost, Consumer, Delivery, Keep, Sleep, lowered, together
from adapters.sources.broker.mqtt_inbox import Inbox, size
from adapters.sources.broker.settings import BrokerSettings
from adapters.sources.contract import Context

if TYPE_CHECKING:
    from aiomqtt import Client, Message
    from paho.mqtt.properties import Properties

_ATTRIBUTE = re.compile(r"[a-z0-9]+")
"""The name of a CloudEvents attribute (its specification, Naming Conventions); MQTT's binding gives it no prefix."""

_MOST = 65_535
"""What MQTT can count of messages that are not acknowledged yet (MQTT 5.0 §3.1.2.11.3)."""


class MqttSettings(BrokerSettings, MqttConnection):
    """Which topics (`+` and `#` are wildcards); replicas share the work by the same `group`.

    `client_id` names this replica's session: the host's name and the source's, unless told. It must be the same after
    a restart and another for each replica, for the broker keeps what comes meanwhile for `session`.
    """

    type: Literal["mqtt"]
    topics: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
    group: Annotated[str, Field(pattern=r"^[^/+#]+$"), Expected("a name without / + and #")] = "cdevents-adapters"
    client_id: Annotated[str, Field(min_length=1)] | None = None
    session: Annotated[Duration, Field(ge=1, lt=2**32 - 1)] = 7 * 86400.0
    batch: Annotated[int, Field(gt=0, le=_MOST)] = 200


class MqttSource:
    """The messages of topics; they have no position, for MQTT gives them none."""

    def __init__(self, settings: MqttSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises ConfigError where the extra is not installed."""
        need("mqtt", "aiomqtt")
        self._settings = settings
        self._client_id = settings.client_id or f"{socket.gethostname()}-{context.name}"
        self._pulse = context.pulse
        self._consumer = Consumer(context, settings, self._session, sleep)

    async def run(self, receive: Receive) -> None:
        """Hands over what is delivered, until cancelled."""
        await self._consumer.run(receive)

    async def _session(self, keep: Keep) -> None:
        from aiomqtt import MqttError  # noqa: PLC0415 - only who uses this broker needs it

        self._pulse.rest(self._settings.timeout)
        try:
            session = {"clean_start": False, "properties": self._properties(), "queue_type": Inbox}
            mqtt = client(self._settings, identifier=self._client_id, **session)
            mqtt._client.manual_ack_set(on=True)  # noqa: SLF001 - aiomqtt 2 has no way of its own
            async with mqtt:
                await self._hear(mqtt, keep)
        except (MqttError, OSError) as error:
            raise BrokerLost(f"{self._settings.host}: {error or type(error).__name__}") from None

    async def _hear(self, mqtt: Client, keep: Keep) -> None:
        """Subscribes while it takes what the session has already: the broker may answer only behind that."""
        inbox = mqtt._queue  # noqa: SLF001 - as above
        assert isinstance(inbox, Inbox)  # noqa: S101 - it is the client's `queue_type`
        inbox.of(mqtt)
        await together([self._subscribe(mqtt, keep), self._consume(mqtt, inbox, keep)])

    async def _subscribe(self, mqtt: Client, keep: Keep) -> None:
        for topic in self._settings.topics:
            for answer in await mqtt.subscribe(f"$share/{self._settings.group}/{topic}", qos=1):
                if getattr(answer, "is_failure", False):
                    raise BrokerLost(f"{self._settings.host} refuses the subscription to {topic}: {answer}")
        await keep(())

    def _properties(self) -> Properties:
        from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415 - as above
        from paho.mqtt.properties import Properties  # noqa: PLC0415 - as above

        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it out
        properties.SessionExpiryInterval = round(self._settings.session)
        properties.ReceiveMaximum = min(2 * self._settings.batch, _MOST)
        return properties

    async def _consume(self, mqtt: Client, inbox: Inbox, keep: Keep) -> None:
        while True:
            with self._pulse.idle():
                messages = [await anext(mqtt.messages)]
            while len(messages) < self._settings.batch and len(mqtt.messages):
                messages.append(await anext(mqtt.messages))
            await keep([_delivery(message) for message in messages])
            for message in messages:
                mqtt._client.ack(message.mid, message.qos)  # noqa: SLF001 - as above
            inbox.kept(sum(map(size, messages)))


def _delivery(message: Message) -> Delivery:
    """User properties are headers; the attributes of a CloudEvent are among them."""
    properties = message.properties
    given = dict(getattr(properties, "UserProperty", ()))
    headers = {_header(name, "specversion" in given): value for name, value in given.items()}
    if content_type := getattr(properties, "ContentType", None):
        headers["content-type"] = content_type
    body = message.payload
    assert isinstance(body, bytes)  # noqa: S101 - paho delivers nothing else
    return Delivery(body, lowered(headers.items()))


def _header(name: str, of_an_event: bool) -> str:
    return f"ce-{name}" if of_an_event and _ATTRIBUTE.fullmatch(name) else name
