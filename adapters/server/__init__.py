"""The one HTTP server: webhooks, health and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn.server

from adapters.answers import Application
from adapters.listening import bind
from adapters.server.application import Readiness, application, probes, served
from adapters.server.connection import connections
from adapters.server.crowd import Crowd
from adapters.server.hands import Hands

__all__ = ["Readiness", "Server", "application", "bind", "probes", "served"]


class Server(uvicorn.server.Server):
    """Serves on a socket until told to stop; signals are left to the process."""

    def __init__(self, app: Application, grace: float) -> None:
        """`grace` is how many seconds requests under way get when it stops."""
        super().__init__(
            uvicorn.Config(
                Hands(app),
                http=connections(Crowd()),
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="warning",
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=max(1, round(grace)),
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signal handlers alone."""
        yield

    def stop(self) -> None:
        """Take no new connection, and end `serve` when the requests under way are answered."""
        self.should_exit = True
