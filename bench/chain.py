"""The least that takes a post, has it on the disk, answers and hands it on: `python -m bench.chain FOLDER`.

Its port is a line on its standard output.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import ACCEPTED
from bench.posted import Posted

PUBLISHED = "published"
_BLOCK, _ROOM = 4096, 16 << 20
_ANSWER = b"HTTP/1.1 202 Accepted\r\ncontent-length: %d\r\n\r\n" % len(ACCEPTED) + ACCEPTED


@contextmanager
def chained() -> Iterator[tuple[int, Path, int]]:
    """A process that does that: its port, the file to which it hands on, and the lines that a post becomes there."""
    with TemporaryDirectory(prefix="bench-") as folder:
        command = [sys.executable, "-m", "bench.chain", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                yield int(process.stdout.readline()), Path(folder) / PUBLISHED, 1
            finally:
                process.kill()


class _Chain(Posted):
    """A log that has its size already is written anew from its start on, as the journal's is."""

    def __init__(self, log: int, published: int) -> None:
        super().__init__()
        self._log, self._published, self._at = log, published, 0

    def posted(self, body: bytes) -> None:
        os.pwrite(self._log, body.ljust(_BLOCK), self._at)
        os.fdatasync(self._log)
        self._at = (self._at + _BLOCK) % _ROOM
        self._write(_ANSWER)
        os.write(self._published, body + b"\n")


async def _serve(folder: Path) -> None:
    log = os.open(folder / "log", os.O_RDWR | os.O_CREAT)
    published = os.open(folder / PUBLISHED, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.pwrite(log, bytes(_ROOM), 0)
    os.fsync(log)
    server = await asyncio.get_running_loop().create_server(lambda: _Chain(log, published), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
