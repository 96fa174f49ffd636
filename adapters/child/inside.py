"""The end of the process that was started: its socket, which is its standard input, and what it may take."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket
from typing import BinaryIO

from adapters.child.frames import HEAD, Value, framed, value
from adapters.memory import give_back


class Asked:
    """What who started it says, and is answered. Once nobody is there any more, `tell` raises ConnectionError."""

    def __init__(self, ours: socket) -> None:
        self._ours, self._stream = ours, ours.makefile("rb")

    def tell(self, said: Value) -> None:
        """Sends a value; returns once there is room for all of it."""
        self.send(framed(said))

    def send(self, frame: bytes) -> None:
        """The same of a frame."""
        self._ours.sendall(frame)

    def hear(self) -> Value | None:
        """The next value; None once nobody is there any more, or says nothing more."""
        content = _exactly(self._stream, HEAD.size)
        content = _exactly(self._stream, *HEAD.unpack(content)) if content else b""
        return value(content) if content else None


@contextmanager
def asked() -> Iterator[Asked]:
    """For all that the process does: it ends by the end of its socket, and not by what is typed at a terminal."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _go_last()
    _go_first()
    give_back()
    with socket(fileno=sys.stdin.fileno()) as ours, suppress(ConnectionError):
        yield Asked(ours)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    return content if len(content) == size else b""


def _go_last() -> None:
    """It has what others leave of the processor, unless it is not allowed to say so, as some sandboxes have it."""
    with suppress(OSError):
        os.nice(10)


def _go_first() -> None:
    """Where memory gets short, this is what the system ends, and not the process that hears the tools."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
