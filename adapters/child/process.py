"""The end of who starts another process, and ends it: by closing its socket, and then by force."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

from adapters.child.frames import HEAD, Value, framed, value
from adapters.child.memory import left

GRACE = 1.0
"""Seconds that a process gets to end by itself."""

NEED = 100 << 20
"""Bytes that it has to have room for: twice what it takes, for a container that is full may be ended as a whole."""

_READ = 1 << 20


class Ended(Exception):
    """The process is gone, or stuck."""


class Child:
    """A process, and the socket to it. It ends when this process does, however that ends: its socket does."""

    def __init__(self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.process = process
        self._reader, self._writer = reader, writer

    def tell(self, said: Value) -> None:
        """Sends a value, in its turn."""
        self._writer.write(framed(said))

    async def hear(self) -> Value:
        """The next value that it sends; raises Ended, which says how."""
        try:
            (size,) = HEAD.unpack(await self._reader.readexactly(HEAD.size))
            return value(await self._reader.readexactly(size))
        except (OSError, EOFError):
            raise Ended(f"it ended{await self._how()}") from None
        except (TypeError, ValueError):
            raise Ended("it says what cannot be read") from None

    async def _how(self) -> str:
        """By what: a system that is short of memory ends it by signal 9. Nothing where it only stopped to talk."""
        try:
            async with asyncio.timeout(GRACE):
                status = await self.process.wait()
        except TimeoutError:
            return ""
        return f" by signal {-status}" if status < 0 else f" with status {status}"

    async def aclose(self) -> None:
        """Ends the process: by force where it does not end by itself, or nobody can wait for that."""
        self._writer.close()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await self.process.wait()
        finally:
            with suppress(ProcessLookupError):
                self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def started(module: str) -> AsyncIterator[Child]:
    """A process that runs a module of ours, ended after. Raises OSError when there can be none, or no room for it."""
    if (room := left()) < NEED:
        raise OSError(errno.ENOMEM, f"of the container's memory {room / (1 << 20):.0f} MiB are left")
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_READ)
    with closing(writer):
        child = Child(await _process(module, theirs), reader, writer)
        try:
            yield child
        finally:
            await child.aclose()


async def _process(module: str, theirs: socket.socket) -> Process:
    """Our own interpreter, which takes no module from the working directory; in a session of its own."""
    with theirs:
        try:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", module),
                stdin=theirs.fileno(),
                stdout=DEVNULL,
                stderr=DEVNULL,
                start_new_session=True,
            )
        except RuntimeError as error:  # there is no thread to wait for its end; without its socket it ends by itself
            raise OSError(errno.EAGAIN, str(error)) from None
