"""The process that renders: it is given a plan, and answers until nobody asks any more.

It is started with its end of a pair of sockets as its standard input, and has nothing else.
"""

from __future__ import annotations

import gc
import signal
import sys
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import BinaryIO

from adapters.aside import wire
from adapters.aside.plan import Loaded, read
from adapters.errors import ConfigError
from adapters.memory import give_back
from adapters.route.chunk import made
from adapters.route.rendered import Render

LONGEST = 60
"""Seconds of the system after which it ends by itself, whatever it does: nobody waits for so long."""


def main() -> None:
    """Renders, until the other end is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for who started it, and closes the socket
    _go_first()
    give_back()
    with socket(fileno=sys.stdin.fileno()) as ours, suppress(ConnectionError):
        _serve(ours.makefile("rb"), ours)


def _serve(stream: BinaryIO, ours: socket) -> None:
    if (text := _frame(stream)) is None:
        return
    try:
        loaded = Loaded(read(text))
    except ConfigError:
        ours.sendall(wire.framed(None))
        return
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    ours.sendall(wire.framed(loaded.generation))
    while (content := _frame(stream)) is not None:
        signal.alarm(LONGEST)
        route, asked = wire.value(content)
        ours.sendall(answered(loaded.renders[route], asked))
        signal.alarm(0)


def answered(render: Render, asked: wire.Value) -> bytes:
    """The frame that answers what was asked; where that is nothing for a frame, who asks renders all of it."""
    try:
        return wire.answer(made(render, wire.records(asked)))
    except ValueError:
        return wire.answer(())


def _frame(stream: BinaryIO) -> bytes | None:
    head = stream.read(wire.HEAD.size)
    if len(head) < wire.HEAD.size:
        return None
    (size,) = wire.HEAD.unpack(head)
    content = stream.read(size)
    return content if len(content) == size else None


def _go_first() -> None:
    """Where memory gets short, this is what the system ends, and not the process that hears the tools."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    main()
