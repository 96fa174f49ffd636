"""What a broker refuses for good is parked, the rest goes on, and a retry delivers it once somebody has mended it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.model import Format
from adapters.route import renderer
from tests import brokers
from tests.brokers import Server
from tests.route.conftest import Bench, built, letters, origins, retry, running
from tests.waiting import eventually

nats = pytest.importorskip("nats", reason="needs the extra nats")
aio_pika = pytest.importorskip("aio_pika", reason="needs the extra rabbitmq")
pytest.importorskip("paho", reason="needs the extra mqtt")

LARGE = "x" * 30_000
PUBLISH = 3
CDEVENTS = renderer(origins, format_=Format.CDEVENTS)


@dataclass(frozen=True)
class Trouble:
    """A broker that refuses the second of three events: the settings of a sink, the reason, and what mends it."""

    server: Server
    sink: dict[str, Any]
    second: str
    reason: str
    mend: Callable[[], Awaitable[None]]


async def edited(server: Server, file: Path, old: str, new: str) -> None:
    """A server whose configuration was changed while it was down."""
    await asyncio.to_thread(server.stop)
    file.write_text(file.read_text().replace(old, new))
    await asyncio.to_thread(server.start)


def nats_subject(folder: Path) -> Trouble:
    """A user who may not publish on a subject."""
    users = '{user: ci, password: s3cret, permissions: {publish: {deny: ["cicd.second"]}}}'
    server = brokers.nats(folder, f"authorization {{ users = [ {users} ] }}")
    settings = {
        "type": "nats",
        "servers": [server.address],
        "subject": "cicd.{subject}",
        "stream": {"name": "CICD", "subjects": ["cicd.>"]},
        "auth": {"username": "ci", "password": "s3cret"},
    }
    mend = partial(edited, server, folder / "nats.conf", "cicd.second", "cicd.third")
    return Trouble(server, settings, "second", "permissions violation", mend)


def nats_size(folder: Path) -> Trouble:
    """A server that takes no large messages."""
    server = brokers.nats(folder, "max_payload: 20000")
    stream = {"name": "CICD", "subjects": ["cicd"]}
    settings = {"type": "nats", "servers": [server.address], "subject": "cicd", "stream": stream}
    mend = partial(edited, server, folder / "nats.conf", "max_payload: 20000", "")
    return Trouble(server, settings, LARGE, "larger than the 20000 bytes", mend)


def nats_stream(folder: Path) -> Trouble:
    """A subject that no stream takes."""
    server = brokers.nats(folder)
    settings = {
        "type": "nats",
        "servers": [server.address],
        "subject": "{subject}",
        "stream": {"name": "CICD", "subjects": ["one", "three"]},
    }

    async def mend() -> None:
        client = await nats.connect(f"nats://{server.address}")
        await client.jetstream().add_stream(name="MORE", subjects=["second"])
        await client.close()

    return Trouble(server, settings, "second", "no stream of NATS takes the subject second", mend)


def mqtt_topic(folder: Path) -> Trouble:
    """A topic that nobody may write to."""
    (folder / "acl").write_text("topic readwrite one/#\ntopic readwrite three/#\n")
    server = brokers.mosquitto(folder, f"allow_anonymous true\nacl_file {folder}/acl")
    mend = partial(edited, server, folder / "acl", "one/#", "#")
    settings = {"type": "mqtt", "host": "127.0.0.1", "port": server.port, "topic": "{subject}/x"}
    return Trouble(server, settings, "second", "Not authorized", mend)


def mqtt_size(folder: Path) -> Trouble:
    """A broker that takes no large packets, and says so."""
    server = brokers.mosquitto(folder, "allow_anonymous true\nmax_packet_size 20000")
    mend = partial(edited, server, folder / "mosquitto.conf", "max_packet_size 20000", "")
    settings = {"type": "mqtt", "host": "127.0.0.1", "port": server.port, "topic": "cicd"}
    return Trouble(server, settings, LARGE, "larger than the 20000 bytes", mend)


def rabbitmq_queue(folder: Path) -> Trouble:
    """A routing key that no queue is bound for."""
    server = brokers.rabbitmq(folder)
    settings = {"type": "rabbitmq", "host": "127.0.0.1", "port": server.port, "exchange": "amq.topic"}
    keys = {"routing_key": "{subject}"}
    return Trouble(server, settings | keys, "second", "no queue is bound", partial(bound, server, "second"))


def rabbitmq_size(folder: Path) -> Trouble:
    """A broker that takes no large messages."""
    server = brokers.rabbitmq(folder, "max_message_size = 20000\n")
    settings = {"type": "rabbitmq", "host": "127.0.0.1", "port": server.port, "exchange": "amq.topic"}
    mend = partial(edited, server, folder / "rabbitmq.conf", "20000", "2000000")
    return Trouble(server, settings | {"routing_key": "one"}, LARGE, "larger than", mend)


async def bound(server: Server, *keys: str) -> None:
    """A queue for some routing keys."""
    async with await aio_pika.connect(port=server.port) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("all", durable=True)
        for key in keys:
            await queue.bind("amq.topic", key)


@pytest.mark.parametrize(
    "make",
    [
        nats_subject,
        nats_size,
        nats_stream,
        mqtt_topic,
        mqtt_size,
        rabbitmq_queue,
        pytest.param(rabbitmq_size, marks=pytest.mark.slow),
    ],
)
async def test_what_is_refused_is_parked_and_delivered_once_it_may(
    bench: Bench, path: Path, tmp_path: Path, make: Callable[[Path], Trouble]
) -> None:
    """With the broker's reason; nothing else is held up, and the route that runs delivers it after a retry."""
    trouble = make(tmp_path)
    sink = built({"timeout": 10, **trouble.sink})
    with brokers.running(trouble.server):
        if trouble.sink["type"] == "rabbitmq":
            await bound(trouble.server, "one", "three")
        await bench.hear("one", trouble.second, "three")
        async with running(bench.route(sink, "cd", CDEVENTS, poll=0.05, sleep=asyncio.sleep)):
            await eventually(lambda: bench.journal.cursor("cd") == 3)
            [(_, seq, reason, _)] = letters(path)
            assert (seq, trouble.reason in reason) == (2, True), reason
            await trouble.mend()
            retry(path)
            await eventually(lambda: letters(path) == [])
        await sink.aclose()
    assert bench.metrics.registry.get_sample_value("cdevents_adapters_messages_delivered_total", {"route": "cd"}) == 3


async def test_what_a_broker_hangs_up_on_is_parked(bench: Bench, path: Path) -> None:
    """One that does not tell its limit, and ends the connection instead: the message at fault is found."""
    taken: list[bytes] = []
    server = await asyncio.start_server(partial(blunt, taken), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sink = built({"type": "mqtt", "host": "127.0.0.1", "port": port, "topic": "cicd", "timeout": 10})
    await bench.hear("one", "two", LARGE, "three")
    async with running(bench.route(sink, "cd", CDEVENTS)):
        await eventually(lambda: bench.journal.cursor("cd") == 4)
    await sink.aclose()
    server.close()
    [(_, seq, reason, _)] = letters(path)
    assert seq == 3
    assert reason.startswith("each time that this message is sent, the connection to MQTT was lost")
    assert [word for word in ("one", "two", "three") if any(f'"{word}"'.encode() in each for each in taken)] == [
        "one",
        "two",
        "three",
    ]


async def blunt(taken: list[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An MQTT 5 broker with a limit of its own (CONNACK and PUBACK: MQTT 5 §3.2 and §3.4)."""
    with closing(writer):
        await packet(reader)
        writer.write(b"\x20\x03\x00\x00\x00")
        while (found := await packet(reader)) and len(found[1]) < len(LARGE):
            kind, body = found
            if kind == PUBLISH:
                taken.append(body)
                end = 2 + int.from_bytes(body[:2])
                writer.write(b"\x40\x02" + body[end : end + 2])


async def packet(reader: asyncio.StreamReader) -> tuple[int, bytes] | None:
    """The type of a control packet and what is in it (MQTT 5 §2.1), None at the end."""
    try:
        [first] = await reader.readexactly(1)
        length = shift = 0
        while (byte := (await reader.readexactly(1))[0]) & 0x80:
            length, shift = length | (byte & 0x7F) << shift, shift + 7
        return first >> 4, await reader.readexactly(length | byte << shift)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
