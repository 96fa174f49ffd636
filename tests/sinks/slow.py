"""A server that takes its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass
class Slow:
    """A server that takes its time, and sees what is under way at once; `crowded` are keys that were there twice.

    `failing` is what it answers by the number of an event, `first` what it answered before, from the last on.
    """

    failing: dict[int, int] = field(default_factory=dict)
    first: dict[int, list[int]] = field(default_factory=dict)
    pause: float = 0.01
    url: str = ""
    taken: list[int] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    crowded: set[str] = field(default_factory=set)
    most: int = 0
    serving: list[asyncio.Task[Any]] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Slow]:
        """It, while it is up."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        yield self
        server.close()
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.extend(task for task in [asyncio.current_task()] if task)
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).lower():
                [length] = [line for line in head.split(b"\r\n") if line.startswith(b"content-length:")]
                event = orjson.loads(await reader.readexactly(int(length[15:])))
                status = await self._take(event["partitionkey"], int(event["id"].removeprefix("id-")))
                writer.write(f"HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _take(self, key: str, number: int) -> int:
        if key in self.busy:
            self.crowded.add(key)
        self.busy.append(key)
        self.most = max(self.most, len(self.busy))
        await asyncio.sleep(self.pause)
        self.busy.remove(key)
        if self.first.get(number):
            return self.first[number].pop()
        if status := self.failing.get(number):
            return status
        self.taken.append(number)
        return 204
