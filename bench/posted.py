"""The least of an HTTP server, so that what is measured is who posts."""

from __future__ import annotations

import asyncio
from abc import abstractmethod


class Posted(asyncio.Protocol):
    """Hears requests, whose end is told by their length."""

    def __init__(self) -> None:
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio calls it."""
        assert isinstance(transport, asyncio.Transport)
        self._write = transport.write

    def data_received(self, data: bytes) -> None:
        """As asyncio calls it."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n") + 4) > 3:
            head = bytes(self._read[:end]).lower()
            whole = end + int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            if len(self._read) < whole:
                return
            body = bytes(self._read[end:whole])
            del self._read[:whole]
            self.posted(body)

    @abstractmethod
    def posted(self, body: bytes) -> None:
        """One request has come, which is to be answered."""

    def answer(self) -> None:
        """Answers 204."""
        self._write(b"HTTP/1.1 204 No Content\r\n\r\n")
