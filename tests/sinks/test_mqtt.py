"""The MQTT sink, against a real Mosquitto."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from adapters.errors import PermanentError, TransientError
from adapters.model import Encoding, Format, Place
from adapters.sinks import SINKS
from adapters.sinks.broker_settings import MqttSettings
from tests import brokers
from tests.brokers import Server
from tests.certificates import identity
from tests.service import free_port
from tests.sinks.conftest import Make

pytest.importorskip("paho", reason="needs the extra mqtt")

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from adapters.sinks.mqtt import MqttSink

CONFIG = "allow_anonymous true\nacl_file {folder}/acl\nmax_packet_size 20000\nmax_inflight_messages 7"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    """One that lets nobody write to some topics, and has limits that it tells of."""
    (tmp_path / "acl").write_text("topic readwrite cicd/#\n")
    with brokers.running(brokers.mosquitto(tmp_path, CONFIG.format(folder=tmp_path))) as broker:
        yield broker


Open = Callable[..., MqttSink]


@pytest.fixture
async def opened(broker: Server) -> AsyncIterator[Open]:
    """What makes a sink for the broker, unless told other settings; closed at the end."""
    sinks = []

    def opened(**settings: Any) -> MqttSink:
        given = {"type": "mqtt", "host": "127.0.0.1", "port": broker.port, "topic": "cicd/{format}/{type}"}
        sinks.append(SINKS["mqtt"].build(MqttSettings.model_validate(given | {"timeout": 10} | settings)))
        assert isinstance(sinks[-1], MqttSink)
        return sinks[-1]

    yield opened
    for sink in sinks:
        await sink.aclose()


class Subscriber:
    """Another client, and all that it has heard."""

    def __init__(self, broker: Server) -> None:
        self.heard: list[Any] = []
        self._loop = asyncio.get_running_loop()
        self._more = asyncio.Event()
        self._ready = asyncio.Event()
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self.client.on_message = self._on_message
        self.client.on_subscribe = self._on_subscribe
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    async def messages(self, count: int) -> list[Any]:
        """So many messages, and no more."""
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                await self.more()
        assert len(self.heard) == count
        return self.heard

    @property
    def ids(self) -> list[str]:
        """Of the events that it has heard."""
        return [orjson.loads(message.payload)["id"] for message in self.heard]

    async def more(self) -> None:
        """Returns when it has heard something more."""
        self._more.clear()
        await self._more.wait()

    async def subscribed(self) -> None:
        """Returns when it hears everything."""
        self.client.subscribe("cicd/#", qos=1)
        async with asyncio.timeout(10):
            await self._ready.wait()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._loop.call_soon_threadsafe(self._hear, message)

    def _on_subscribe(self, *_: Any) -> None:
        self._loop.call_soon_threadsafe(self._ready.set)

    def _hear(self, message: MQTTMessage) -> None:
        self.heard.append(message)
        self._more.set()


@pytest.fixture
async def subscriber(broker: Server) -> AsyncIterator[Subscriber]:
    """One that hears everything."""
    subscriber = Subscriber(broker)
    await subscriber.subscribed()
    yield subscriber
    subscriber.client.disconnect()
    subscriber.client.loop_stop()


async def test_structured_messages_arrive_in_order(opened: Open, subscriber: Subscriber, make: Make) -> None:
    """Each is a CloudEvent in JSON, at QoS 1; many are under way at once, but no more than the broker allows."""
    sink = opened()
    await sink.publish([make(number) for number in range(200)])
    await sink.publish([make(200)])
    messages = await subscriber.messages(201)
    assert subscriber.ids == [f"id-{number}" for number in range(201)]
    assert {(message.topic, message.qos) for message in messages} == {("cicd/legacy/legacy.jenkins.notification", 1)}
    assert messages[0].properties.ContentType == "application/cloudevents+json"


async def test_batches_in_flight_keep_their_order(opened: Open, subscriber: Subscriber, make: Make) -> None:
    """Each is sent before the one before it is acknowledged, in pieces as large as the broker allows."""
    sink = opened()
    batches = [[make(number + start) for number in range(10)] for start in range(0, 100, 10)]
    settled = [asyncio.ensure_future(await sink.send(batch)) for batch in batches]
    await asyncio.gather(*settled)
    await subscriber.messages(100)
    assert subscriber.ids == [f"id-{number}" for number in range(100)]


async def test_no_more_are_under_way_than_the_window_says(
    opened: Open, broker: Server, subscriber: Subscriber, make: Make
) -> None:
    """What is sent and not acknowledged is what a kill repeats: here of what a broker gets that hangs."""
    sink = opened(timeout=1, window=3)
    await sink.publish([make(0)])
    broker.pause()
    with pytest.raises(TransientError):
        await sink.publish([make(number) for number in range(1, 20)])
    broker.resume()
    await opened().publish([make(20)])
    async with asyncio.timeout(10):
        while not subscriber.ids or subscriber.ids[-1] != "id-20":
            await subscriber.more()
    assert 2 <= len(subscriber.ids) <= 2 + 3


async def test_batches_in_flight_fail_together(opened: Open, broker: Server, make: Make) -> None:
    """None of them goes out over the connection that follows."""
    sink = opened(timeout=60)
    await sink.publish([make(0)])
    broker.pause()
    settled = [asyncio.ensure_future(await sink.send([make(number)])) for number in (1, 2, 3)]
    broker.kill()
    outcomes = await asyncio.wait_for(asyncio.gather(*settled, return_exceptions=True), 30)
    assert [isinstance(outcome, TransientError) for outcome in outcomes] == [True] * 3
    broker.start()
    await sink.publish([make(1)])


async def test_binary_messages_have_their_attributes_in_properties(
    opened: Open, subscriber: Subscriber, make: Make
) -> None:
    """Under their own names and as they are; the payload is the data, byte for byte."""
    sink = opened()
    message = make(1, encoding=Encoding.BINARY, data=b"\x00\xff", subject="a b/\u00e9%", datacontenttype="x/y")
    await sink.publish([message])
    [heard] = await subscriber.messages(1)
    assert (heard.payload, heard.properties.ContentType) == (b"\x00\xff", "x/y")
    expected = {name: value for name, value in message.attributes.items() if name != "datacontenttype"}
    assert dict(heard.properties.UserProperty) == expected


async def test_a_bare_message_keeps_its_bytes(opened: Open, subscriber: Subscriber, make: Make) -> None:
    """With its own content type, and properties that name it and its CDEvents."""
    sink = opened()
    await sink.publish([make(1, encoding=Encoding.RAW, data=b"<x/>", datacontenttype="text/xml", cdeventids="a,b")])
    [heard] = await subscriber.messages(1)
    assert (heard.payload, heard.properties.ContentType) == (b"<x/>", "text/xml")
    assert dict(heard.properties.UserProperty) == {"legacy-id": "id-1", "cdevents-ids": "a,b"}


async def test_a_mapped_message_says_its_topic_and_properties(opened: Open, subscriber: Subscriber, make: Make) -> None:
    """The levels of its topic are the topic's."""
    sink = opened(topic="cicd/{topic}")
    place = Place("run/over", headers={"x-team": "red"})
    await sink.publish([make(1, encoding=Encoding.RAW)._replace(format=Format.MAPPED, place=place)])
    [heard] = await subscriber.messages(1)
    assert (heard.topic, heard.payload) == ("cicd/run/over", b'{"a": 1}')
    assert dict(heard.properties.UserProperty) == {"x-team": "red"}


async def test_a_message_that_nobody_has_subscribed_to_is_delivered(opened: Open, make: Make) -> None:
    """The broker has taken it: what becomes of it is the subscribers' business."""
    await opened().publish([make(1)])


async def test_a_topic_that_is_not_allowed_is_permanent(opened: Open, subscriber: Subscriber, make: Make) -> None:
    """The acknowledgement says so; the sink goes on, even where the broker then hangs up (Mosquitto 2.0.11 does)."""
    sink = opened(topic="{subject}/x")
    batch = [make(0, subject="cicd"), make(1, subject="secret"), make(2, subject="cicd")]
    with pytest.raises(PermanentError, match="Not authorized") as caught:
        await sink.publish(batch)
    assert caught.value.delivered == 1
    await sink.publish(batch[2:])
    async with asyncio.timeout(10):
        while {orjson.loads(message.payload)["id"] for message in subscriber.heard} != {"id-0", "id-2"}:
            await subscriber.more()


async def test_a_message_that_is_too_large_is_permanent(opened: Open, subscriber: Subscriber, make: Make) -> None:
    """By the broker's own word when it was connected to; it is not sent, for the broker would hang up."""
    sink = opened()
    large = make(1, encoding=Encoding.BINARY, data=b"x" * 19_800)
    with pytest.raises(PermanentError, match="larger than the 20000 bytes") as caught:
        await sink.publish([make(0), large, make(2)])
    assert caught.value.delivered == 1
    await sink.publish([make(2), make(3, encoding=Encoding.RAW, data=b"x" * 19_000)])
    await subscriber.messages(3)


@pytest.mark.parametrize("subject", ["a\0b", "x" * 70_000])
async def test_what_no_property_can_hold_is_permanent(
    opened: Open, subscriber: Subscriber, make: Make, subject: str
) -> None:
    """A character that MQTT has not, or a text beyond its length; the sink goes on."""
    sink = opened()
    with pytest.raises(PermanentError, match="MQTT cannot carry the message"):
        await sink.publish([make(0, encoding=Encoding.BINARY, subject=subject)])
    await sink.publish([make(1)])
    await subscriber.messages(1)


async def test_a_broker_that_comes_back_is_found_again(opened: Open, broker: Server, make: Make) -> None:
    """Away it is transient."""
    sink = opened()
    await sink.publish([make(0)])
    broker.kill()
    for _ in range(2):
        with pytest.raises(TransientError, match="MQTT"):
            await sink.publish([make(1)])
    broker.start()
    await sink.publish([make(1)])


async def test_a_connection_lost_under_way_ends_the_wait(opened: Open, broker: Server, make: Make) -> None:
    """Nobody waits for the timeout."""
    sink = opened(timeout=60)
    await sink.publish([make(0)])
    broker.pause()
    publishing = asyncio.ensure_future(sink.publish([make(1)]))
    await asyncio.sleep(0)
    broker.kill()
    with pytest.raises(TransientError, match="connection to MQTT was lost"):
        await asyncio.wait_for(publishing, 10)


async def test_a_silent_broker_is_transient(opened: Open, broker: Server, make: Make) -> None:
    """No acknowledgement within the timeout; when it goes on, so does the sink."""
    sink = opened(timeout=1)
    await sink.publish([make(0)])
    broker.pause()
    with pytest.raises(TransientError, match="no acknowledgement within 1 s"):
        await sink.publish([make(1)])
    broker.resume()
    await sink.publish([make(1)])


async def test_a_wrong_password_is_transient(tmp_path: Path, make: Make) -> None:
    """Somebody may renew it; it is in no reason."""
    (tmp_path / "passwords").write_text("")
    with brokers.running(brokers.mosquitto(tmp_path, f"password_file {tmp_path}/passwords")) as broker:
        given = {"type": "mqtt", "host": "127.0.0.1", "port": broker.port, "topic": "cicd"}
        auth = {"auth": {"username": "ci", "password": "wr0ng"}}
        sink = MqttSink(MqttSettings.model_validate(given | auth))
        with pytest.raises(TransientError, match="it refuses the connection: Not authorized") as caught:
            await sink.publish([make(0)])
        assert "wr0ng" not in str(caught.value)
        await sink.aclose()


# Paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_tls_with_a_client_certificate(tmp_path: Path, make: Make) -> None:
    """Both sides prove who they are; a broker that cannot be trusted is told in words of TLS."""
    own, client = identity(tmp_path, "server"), identity(tmp_path, "client")
    tls = f"certfile {own.certificate}\nkeyfile {own.key}\ncafile {client.certificate}\nrequire_certificate true"
    with brokers.running(brokers.mosquitto(tmp_path, f"allow_anonymous true\n{tls}")) as broker:
        given = {"type": "mqtt", "host": "127.0.0.1", "port": broker.port, "topic": "cicd"}
        certificates = {"ca": own.certificate, "certificate": client.certificate, "key": client.key}
        sink = MqttSink(MqttSettings.model_validate(given | {"tls": certificates}))
        await sink.publish([make(0)])
        await sink.aclose()
        stranger = MqttSink(MqttSettings.model_validate(given | {"tls": {}}))
        with pytest.raises(TransientError, match="certificate verify failed"):
            await stranger.publish([make(0)])
        await stranger.aclose()


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"topic": "cicd/{typ}"}, "did you mean 'type'"),
        ({"topic": "cicd/#"}, "a topic without wildcards"),
        ({"topic": "cicd/+/{type}"}, "a topic without wildcards"),
        ({"topic": "$SYS/{type}"}, "a topic without wildcards"),
        ({"topic": ""}, "a topic without wildcards"),
        ({"port": 0}, "greater than 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], problem: str) -> None:
    """When the configuration is read."""
    with pytest.raises(ValidationError, match=problem):
        MqttSettings.model_validate({"type": "mqtt", "host": "mqtt", "topic": "cicd"} | settings)


async def test_a_broker_that_is_away_is_transient(opened: Open, make: Make) -> None:
    """The reason is the system's."""
    with pytest.raises(TransientError, match=r"MQTT at 127\.0\.0\.1 cannot be used: .*Connection refused"):
        await opened(port=free_port()).publish([make(0)])
