"""What an MQTT broker has delivered and is not kept yet: bounded in bytes, which Receive Maximum does not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from adapters.sources.broker.consuming import IN_HAND

if TYPE_CHECKING:
    from aiomqtt import Client, Message


class Inbox(asyncio.Queue["Message"]):
    """The queue of an aiomqtt client: while more than IN_HAND bytes were not `kept`, its socket is not read."""

    _bytes = 0
    _client: Client | None = None
    _paused = False

    def of(self, client: Client) -> None:
        """Tells whose it is, once that is connected."""
        self._client = client
        self._pace()

    def put_nowait(self, message: Message) -> None:
        """Takes what is delivered."""
        super().put_nowait(message)
        self._bytes += size(message)
        self._pace()

    def kept(self, bytes_: int) -> None:
        """So many bytes are not in hand any more."""
        self._bytes -= bytes_
        self._pace()

    def _pace(self) -> None:
        full = self._bytes > IN_HAND
        if self._client is None or full == self._paused or (socket := self._client._client.socket()) is None:  # noqa: SLF001 - aiomqtt 2 has no way of its own
            return
        self._paused, loop = full, asyncio.get_running_loop()
        if full:
            loop.remove_reader(socket)
        else:
            loop.add_reader(socket, self._client_reads)
            self._client_reads()  # TLS may have more than the socket tells

    def _client_reads(self) -> None:
        assert self._client is not None  # noqa: S101 - only a client is paused
        self._client._client.loop_read()  # noqa: SLF001 - as above


def size(message: Message) -> int:
    """The bytes of a message."""
    return len(message.payload) if isinstance(message.payload, bytes) else 0
