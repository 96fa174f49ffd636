"""The console's process, from its start to what ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event

import structlog
from starlette.types import ASGIApp

from adapters.config import Config
from adapters.console.application import application
from adapters.console.console import Console
from adapters.console.frame import Frame
from adapters.listening import host_and_port
from adapters.loops import new_event_loop
from adapters.server import Server, bind

NICE = 15
"""How far behind others its process stands where the machine is busy: the sidecar comes first."""

_log = structlog.get_logger(__name__)


def start(settings: Config, *, beside: bool = False) -> None:
    """Serves until SIGTERM or SIGINT; `beside` a sidecar, also until its own standard input ends, which that holds.

    Raises ConfigError for a mapping that cannot be loaded, AddressUnavailable when it cannot listen.
    """
    console = Console(settings)
    app = application(console)
    os.nice(NICE)
    serve(console, app, lambda url: _log.info("console started", url=url), beside=beside)


def serve(
    frame: Frame,
    app: ASGIApp,
    announce: Callable[[str], object],
    *,
    setting: str = "console.listen",
    beside: bool = False,
) -> None:
    """Serves a frame's application as `start` does, and announces its address. Raises AddressUnavailable."""
    server = _Server(app, frame.leaving)
    with bind(*host_and_port(frame.served.listen), setting=setting) as listener:
        announce(_url(listener))
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_served(server, listener, beside=beside))


async def _served(server: Server, listener: socket.socket, *, beside: bool) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    if beside:
        loop.add_reader(sys.stdin.fileno(), _until_end, server)
    await server.serve([listener])


class _Server(Server):
    """Tells what goes on for ever that it is to end."""

    def __init__(self, app: ASGIApp, leaving: Event) -> None:
        super().__init__(app, grace=1)
        self._leaving = leaving

    def stop(self, grace: float | None = None) -> None:
        self._leaving.set()
        super().stop(grace)


def _until_end(server: Server) -> None:
    with suppress(BlockingIOError):
        if not os.read(sys.stdin.fileno(), 1024):
            server.stop()


def _url(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
