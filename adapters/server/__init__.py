"""The one HTTP server: webhooks, health and metrics."""

from __future__ import annotations

import asyncio
import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn.server

from adapters.answers import Application
from adapters.listening import bind
from adapters.server.application import Readiness, application, cut_off, probes, served
from adapters.server.connection import connections
from adapters.server.crowd import Crowd
from adapters.server.hands import Hands

__all__ = ["Readiness", "Server", "application", "bind", "probes", "served"]


_log = structlog.get_logger(__name__)

_LOOK = 0.002
"""Seconds from one look whether all requests are answered to the next."""


class Server(uvicorn.server.Server):
    """Serves on a socket until told to stop; signals are left to the process."""

    def __init__(self, app: Application, grace: float) -> None:
        """`grace` is how many seconds requests under way get when it stops: one at least."""
        self._crowd = Crowd()
        self._grace, self._until = max(1.0, grace), math.inf
        super().__init__(
            uvicorn.Config(
                Hands(cut_off(app)),
                http=connections(self._crowd),
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="warning",
                server_header=False,
                proxy_headers=False,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signal handlers alone."""
        yield

    def retire(self) -> None:
        """Answer as before, but let each answer end its connection, so that none is cut off when it stops."""
        self._crowd.leaves = True

    def stop(self, grace: float | None = None) -> None:
        """Take no new connection, and end `serve` when the requests under way are answered.

        They get as long as it was made with, or less where it is told so now, and are then answered 503.
        """
        self.retire()
        self._until = min(self._until, time.monotonic() + (self._grace if grace is None else grace))
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """What uvicorn does, which looks each tenth of a second whether all are answered, and does so more often."""
        for each in (*self.servers, *(sockets or ())):
            each.close()
        for connection in [*self.server_state.connections]:
            connection.shutdown()
        state = self.server_state
        while (state.connections or state.tasks) and time.monotonic() < self._until:  # noqa: ASYNC110 - sets of uvicorn
            await asyncio.sleep(_LOOK)
        if state.tasks:
            _log.warning("requests are cut off, for they take too long for a stop", count=len(state.tasks))
        for task in [*state.tasks]:
            task.cancel()
