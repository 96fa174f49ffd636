"""What RabbitMQ has delivered and is not kept yet: bounded in bytes, which a prefetch count does not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from adapters.sources.broker.consuming import IN_HAND

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage


class Inbox:
    """Messages of one channel, in order; None when nothing will come any more.

    While there are more than IN_HAND bytes of them that were not `kept`, the channel is not read.
    """

    def __init__(self, channel: Any) -> None:
        """`channel` is aiormq's."""
        self._queue: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()
        self.ended = asyncio.Event()
        self._read = channel._read_content  # noqa: SLF001 - aiormq 7 has no other place where reading waits
        channel._read_content = self._paced  # noqa: SLF001 - as above
        channel.on_consumer_cancel_callbacks.add(self.end)

    async def put(self, message: AbstractIncomingMessage) -> None:
        """Takes what is delivered."""
        self._queue.put_nowait(message)

    def end(self, *_: object) -> None:
        """Nothing will come any more: whoever waits is told, and so is a channel that waits to be read."""
        self._queue.put_nowait(None)
        self.ended.set()
        self._room.set()

    async def taken(self, limit: int) -> list[AbstractIncomingMessage | None]:
        """Up to `limit` of what there is, once there is something."""
        messages = [await self._queue.get()]
        while len(messages) < limit and not self._queue.empty():
            messages.append(self._queue.get_nowait())
        return messages

    def kept(self, size: int) -> None:
        """So many bytes are not in hand any more."""
        self._bytes -= size
        if self._bytes <= IN_HAND:
            self._room.set()

    async def _paced(self, frame: Any, header: Any) -> Any:
        await self._room.wait()
        message = await self._read(frame, header)
        self._bytes += len(message.body)
        if self._bytes > IN_HAND:
            self._room.clear()
        return message
