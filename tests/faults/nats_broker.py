"""NATS JetStream, on files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nats
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig

from tests import brokers
from tests.faults.flow import Event

_READ_ONLY = ConsumerConfig(ack_policy=AckPolicy.NONE)


class Nats:
    """A stream that the sink makes, on the server's disk."""

    def __init__(self, folder: Path, port: int) -> None:
        del port
        self.server = brokers.nats(folder)

    def sink(self, port: int) -> dict[str, Any]:
        """A sink that makes the stream."""
        stream = {"name": "CICD", "subjects": ["cicd.>"]}
        return {"type": "nats", "servers": [f"127.0.0.1:{port}"], "subject": "cicd.{format}.{type}", "stream": stream}

    def prepare(self) -> None:
        """Nothing: the sink makes the stream."""

    def crash(self) -> None:
        """What is acknowledged is in the stream's files, though perhaps not on the disk: it survives kill -9."""
        self.server.kill()

    def events(self) -> Sequence[Event]:
        """By the stream's sequence."""
        return asyncio.run(self._events())

    async def _events(self) -> list[Event]:
        async with await nats.connect(f"nats://{self.server.address}") as client:
            stream = client.jetstream()
            left = (await stream.stream_info("CICD")).state.messages
            subscription = await stream.pull_subscribe(">", stream="CICD", config=_READ_ONLY)
            found: list[Event] = []
            while len(found) < left:
                found += [_event(message) for message in await subscription.fetch(min(500, left - len(found)))]
            return found


def _event(message: Msg) -> Event:
    headers = {name.removeprefix("ce-"): unquote(value) for name, value in (message.headers or {}).items()}
    return Event(headers, message.data)
