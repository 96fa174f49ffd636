"""RabbitMQ: a durable queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from tests import brokers
from tests.faults.flow import PATIENCE, Event

QUEUE = "all"
EXCHANGE = "amq.topic"


class Rabbitmq:
    """A queue that outlives the server, and persistent messages in it."""

    def __init__(self, folder: Path, port: int) -> None:
        del port
        self.server = brokers.rabbitmq(folder)

    def sink(self, port: int) -> dict[str, Any]:
        """A sink that publishes to what the queue is bound to."""
        where = {"exchange": EXCHANGE, "routing_key": "cicd.{format}.{type}"}
        return {"type": "rabbitmq", "host": "127.0.0.1", "port": port, **where}

    def prepare(self) -> None:
        """Makes the queue."""
        asyncio.run(self._prepare())

    def crash(self) -> None:
        """What is confirmed is on disk: it survives kill -9."""
        self.server.kill()

    def events(self) -> Sequence[Event]:
        """As they stand in the queue."""
        return asyncio.run(self._events())

    async def _prepare(self) -> None:
        async with self._channel() as channel:
            queue = await channel.declare_queue(QUEUE, durable=True)
            await queue.bind(EXCHANGE, "cicd.#")

    async def _events(self) -> list[Event]:
        async with self._channel() as channel:
            queue = await channel.declare_queue(QUEUE, passive=True)
            left = queue.declaration_result.message_count or 0
            found: list[Event] = []
            async with queue.iterator(no_ack=True) as messages:
                while len(found) < left:
                    found.append(_event(await anext(messages)))
            return found

    @asynccontextmanager
    async def _channel(self) -> AsyncIterator[AbstractChannel]:
        async with await aio_pika.connect(port=self.server.port, timeout=PATIENCE) as connection:
            yield await connection.channel()


def _event(message: AbstractIncomingMessage) -> Event:
    attributes = {name.removeprefix("ce-"): str(value) for name, value in message.headers.items()}
    return Event(attributes, message.body)
