"""The NATS sink, against a real server with JetStream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from pydantic import ValidationError

from adapters.errors import PermanentError, TransientError
from adapters.model import Encoding, Format, Place
from adapters.sinks import SINKS
from adapters.sinks.broker_settings import NatsSettings
from tests import brokers
from tests.brokers import Server
from tests.certificates import identity
from tests.service import free_port
from tests.sinks.conftest import Make

nats = pytest.importorskip("nats", reason="needs the extra nats")

from adapters.sinks.nats import NatsSink  # noqa: E402 - after the check for the extra

USERS = """
authorization { users = [
  {user: ci, password: s3cret, permissions: {publish: {deny: ["cicd.Denied.>"]}}}
] }
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    """A server with JetStream that knows one user, who may not publish everything."""
    with brokers.running(brokers.nats(tmp_path, USERS)) as broker:
        yield broker


Open = Callable[..., NatsSink]
STREAM = {"name": "CICD", "subjects": ["cicd.>"]}


@pytest.fixture
async def opened(broker: Server) -> AsyncIterator[Open]:
    """What makes a sink that makes its stream, unless told otherwise; closed at the end."""
    sinks = []

    def opened(**settings: Any) -> NatsSink:
        given = {"type": "nats", "servers": [broker.address], "subject": "cicd.{format}.{type}", "stream": STREAM}
        auth = {"auth": {"username": "ci", "password": "s3cret"}}
        sinks.append(SINKS["nats"].build(NatsSettings.model_validate(given | auth | settings)))
        assert isinstance(sinks[-1], NatsSink)
        return sinks[-1]

    yield opened
    for sink in sinks:
        await sink.aclose()


async def stored(broker: Server, count: int, stream: str = "CICD") -> list[Any]:
    """All messages of a stream, of which there must be so many."""
    client = await nats.connect(f"nats://ci:s3cret@{broker.address}")
    try:
        jetstream = client.jetstream()
        assert (await jetstream.stream_info(stream)).state.messages == count
        return [await jetstream.get_msg(stream, seq=number + 1) for number in range(count)]
    finally:
        await client.close()


async def test_structured_messages_are_stored_in_order(opened: Open, broker: Server, make: Make) -> None:
    """Each is a CloudEvent in JSON on a subject made of it, with an identity that JetStream knows it by."""
    sink = opened()
    await sink.publish([make(number) for number in range(250)])
    await sink.publish([make(250)])
    messages = await stored(broker, 251)
    assert [orjson.loads(message.data)["id"] for message in messages] == [f"id-{number}" for number in range(251)]
    assert {message.subject for message in messages} == {"cicd.legacy.legacy.jenkins.notification"}
    assert messages[0].headers["content-type"] == "application/cloudevents+json"
    assert messages[0].headers["Nats-Msg-Id"].startswith("id-0|")


async def test_binary_messages_have_their_attributes_in_headers(opened: Open, broker: Server, make: Make) -> None:
    """The data's type among them; values are percent-encoded; the body is the data, byte for byte."""
    sink = opened()
    message = make(1, encoding=Encoding.BINARY, data=b"\x00\xff", subject="a b/\u00e9%\r\n", datacontenttype="x/y")
    await sink.publish([message])
    [found] = await stored(broker, 1)
    headers = {name: value for name, value in found.headers.items() if name != "Nats-Msg-Id"}
    assert found.data == b"\x00\xff"
    assert {name: unquote(value) for name, value in headers.items()} == {
        f"ce-{name}": value for name, value in message.attributes.items()
    }


async def test_a_bare_message_keeps_its_bytes(opened: Open, broker: Server, make: Make) -> None:
    """With its own content type, and headers that name it and its CDEvents."""
    sink = opened()
    await sink.publish([make(1, encoding=Encoding.RAW, data=b"<x/>", datacontenttype="text/xml", cdeventids="a,b")])
    [found] = await stored(broker, 1)
    headers = {name: value for name, value in found.headers.items() if name != "Nats-Msg-Id"}
    assert (found.data, headers) == (b"<x/>", {"content-type": "text/xml", "legacy-id": "id-1", "cdevents-ids": "a,b"})


async def test_a_mapped_message_says_its_subject_and_headers(opened: Open, broker: Server, make: Make) -> None:
    """What has been stored is not stored again."""
    sink = opened(subject="cicd.{topic}")
    place = Place("run.over", headers={"x-team": "red"})
    message = make(1, encoding=Encoding.RAW)._replace(format=Format.MAPPED, place=place)
    await sink.publish([message])
    await sink.publish([message])
    [found] = await stored(broker, 1)
    assert (found.subject, found.data, found.headers["x-team"]) == ("cicd.run.over", b'{"a": 1}', "red")


async def test_what_is_sent_again_is_stored_once(opened: Open, broker: Server, make: Make) -> None:
    """Both forms of an event, and both encodings, are messages of their own, on one subject too."""
    sink = opened(subject="cicd.all")
    legacy = make(1)
    batch = [
        legacy,
        legacy._replace(format=Format.CDEVENTS, attributes={**legacy.attributes, "type": "dev.cdevents.x"}),
    ]
    batch += [legacy._replace(encoding=Encoding.BINARY)]
    await sink.publish(batch)
    await sink.publish(batch)
    assert len(await stored(broker, 3)) == 3


async def test_batches_in_flight_keep_their_order(opened: Open, broker: Server, make: Make) -> None:
    """Each is sent before the one before it is acknowledged; a refusal is told of the batch that it is in."""
    sink = opened(subject="{subject}.x")
    batches = [[make(number + start, subject="cicd") for number in range(10)] for start in range(0, 100, 10)]
    settled = [asyncio.ensure_future(await sink.send(batch)) for batch in [*batches, [make(100, subject="other")]]]
    await asyncio.gather(*settled[:-1])
    with pytest.raises(PermanentError, match="no stream of NATS takes"):
        await settled[-1]
    messages = await stored(broker, 100)
    assert [orjson.loads(message.data)["id"] for message in messages] == [f"id-{number}" for number in range(100)]


async def test_a_subject_that_no_stream_takes_is_permanent(opened: Open, broker: Server, make: Make) -> None:
    """Those before it are counted; the reason names the subject."""
    sink = opened(subject="{subject}.x")
    batch = [make(0, subject="cicd"), make(1, subject="cicd"), make(2, subject="other"), make(3, subject="cicd")]
    with pytest.raises(PermanentError, match=r"no stream of NATS takes the subject other\.x") as caught:
        await sink.publish(batch)
    assert caught.value.delivered == 2
    await sink.publish(batch[3:])
    await stored(broker, 3)


async def test_a_subject_that_is_not_allowed_is_permanent(opened: Open, broker: Server, make: Make) -> None:
    """At once, without waiting for an answer that never comes."""
    sink = opened(subject="cicd.{subject}.x", timeout=60)
    with pytest.raises(PermanentError, match="permissions violation") as caught:
        await sink.publish([make(0, subject="fine"), make(1, subject="Denied"), make(2, subject="fine")])
    assert caught.value.delivered == 1
    await stored(broker, 2)


async def test_a_message_larger_than_the_server_takes_is_permanent(opened: Open, broker: Server, make: Make) -> None:
    """Its headers count; it is not sent, for the server would hang up."""
    sink = opened()
    large = make(1, encoding=Encoding.BINARY, data=b"x" * ((1 << 20) - 100))
    with pytest.raises(PermanentError, match="larger than the 1048576 bytes") as caught:
        await sink.publish([make(0), large, make(2)])
    assert caught.value.delivered == 1
    await sink.publish([make(2)])
    await stored(broker, 2)


async def test_a_subject_that_is_too_long_is_permanent(opened: Open, broker: Server, make: Make) -> None:
    """It is not sent, for the server would hang up."""
    sink = opened(subject="cicd.{subject}")
    with pytest.raises(PermanentError, match="more than 2048 bytes") as caught:
        await sink.publish([make(0, subject="x" * 2000), make(1, subject="x" * 5000)])
    assert caught.value.delivered == 1
    await sink.publish([make(2, subject="x")])
    await stored(broker, 2)


async def test_a_header_that_cannot_be_is_permanent(opened: Open, broker: Server, make: Make) -> None:
    """What is before it in the batch is stored all the same, and what is after it waits for its turn."""
    bad = make(1, encoding=Encoding.RAW)._replace(place=Place(headers={"x team": "red"}))
    with pytest.raises(PermanentError, match="NATS cannot carry the message: 'x team' is no name") as caught:
        await opened().publish([make(0), bad, make(2)])
    assert caught.value.delivered == 1
    await stored(broker, 1)


async def test_a_message_larger_than_the_stream_takes_is_permanent(opened: Open, broker: Server, make: Make) -> None:
    """As JetStream says."""
    client = await nats.connect(f"nats://ci:s3cret@{broker.address}")
    await client.jetstream().add_stream(name="CICD", subjects=["cicd.>"], max_msg_size=2000)
    await client.close()
    sink = opened()
    with pytest.raises(PermanentError, match="message size exceeds maximum allowed") as caught:
        await sink.publish([make(0), make(1, encoding=Encoding.RAW, data=b"x" * 3000), make(2)])
    assert caught.value.delivered == 1


async def test_a_full_stream_is_transient(opened: Open, broker: Server, make: Make) -> None:
    """A stream that discards nothing takes more when somebody has made room; a stream that is there is not changed."""
    client = await nats.connect(f"nats://ci:s3cret@{broker.address}")
    await client.jetstream().add_stream(name="CICD", subjects=["cicd.>"], max_msgs=2, discard="new")
    sink = opened()
    with pytest.raises(TransientError, match="maximum messages exceeded") as caught:
        await sink.publish([make(number) for number in range(4)])
    assert caught.value.delivered == 2
    await client.jetstream().purge_stream("CICD")
    await sink.publish([make(2), make(3)])
    await client.close()


async def test_a_server_that_comes_back_is_found_again(opened: Open, broker: Server, make: Make) -> None:
    """Away it is transient; back, the stream has what was acknowledged before."""
    sink = opened()
    await sink.publish([make(0)])
    broker.kill()
    with pytest.raises(TransientError, match=f"{broker.address}|NATS"):
        await sink.publish([make(1)])
    with pytest.raises(TransientError, match=f"NATS at {broker.address} cannot be used: .*Connect call failed"):
        await sink.publish([make(1)])
    broker.start()
    await sink.publish([make(1)])
    await stored(broker, 2)


async def test_a_connection_lost_under_way_ends_the_wait(opened: Open, broker: Server, make: Make) -> None:
    """Nobody waits for the timeout."""
    sink = opened(timeout=60)
    await sink.publish([make(0)])
    assert broker.process is not None
    publishing = asyncio.ensure_future(_publish_while_stopped(sink, broker, make))
    with pytest.raises(TransientError, match="connection to NATS was lost"):
        await asyncio.wait_for(publishing, 10)


async def _publish_while_stopped(sink: NatsSink, broker: Server, make: Make) -> None:
    broker.pause()
    publishing = asyncio.ensure_future(sink.publish([make(1)]))
    await asyncio.sleep(0)
    broker.kill()
    await publishing


async def test_a_silent_server_is_transient(opened: Open, broker: Server, make: Make) -> None:
    """No answer within the timeout."""
    sink = opened(timeout=1)
    await sink.publish([make(0)])
    broker.pause()
    with pytest.raises(TransientError, match="no acknowledgement within 1 s"):
        await sink.publish([make(1)])


async def test_a_wrong_password_is_transient(opened: Open, make: Make) -> None:
    """Somebody may renew it; it is in no reason."""
    sink = opened(auth={"username": "ci", "password": "wr0ng"})
    with pytest.raises(TransientError, match="cannot be used") as caught:
        await sink.publish([make(0)])
    assert "wr0ng" not in str(caught.value)


async def test_tls_with_a_client_certificate(tmp_path: Path, make: Make) -> None:
    """Both sides prove who they are; a server that cannot be trusted is told in words of TLS."""
    own, client = identity(tmp_path, "server"), identity(tmp_path, "client")
    files = f'cert_file: "{own.certificate}", key_file: "{own.key}", ca_file: "{client.certificate}"'
    with brokers.running(brokers.nats(tmp_path, f"tls {{{files}, verify: true}}")) as broker:
        given = {
            "type": "nats",
            "servers": [broker.address],
            "subject": "cicd",
            "stream": STREAM | {"subjects": ["cicd"]},
        }
        certificates = {"ca": own.certificate, "certificate": client.certificate, "key": client.key}
        sink = NatsSink(NatsSettings.model_validate(given | {"tls": certificates}))
        await sink.publish([make(0)])
        await sink.aclose()
        stranger = NatsSink(NatsSettings.model_validate(given | {"tls": {}}))
        with pytest.raises(TransientError, match="certificate verify failed"):
            await stranger.publish([make(0)])
        await stranger.aclose()


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"servers": []}, "at least 1"),
        ({"servers": [f"nats://u:p@127.0.0.1:{free_port()}"]}, "expected host:port"),
        ({"subject": "cicd.{typ}"}, "did you mean 'type'"),
        ({"subject": "cicd.>"}, "expected a subject"),
        ({"stream": {"name": "a.b", "subjects": ["a"]}}, "expected a name without spaces"),
        ({"auth": {"token": "t", "username": "u", "password": "p"}}, "expected one of"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], problem: str) -> None:
    """When the configuration is read."""
    with pytest.raises(ValidationError, match=problem):
        NatsSettings.model_validate({"type": "nats", "servers": ["nats:4222"], "subject": "cicd"} | settings)
