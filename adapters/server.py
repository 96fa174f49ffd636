"""The one HTTP server: webhooks, health and metrics."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from httptools import HttpParserUpgrade, HttpRequestParser
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapters.answers import Refusal, json_answer
from adapters.errors import AddressUnavailable

CONNECTIONS = 500
"""With so many open at once, requests are answered 503: a process has 1024 files, and sinks need some of them."""

HEAD_SECONDS = 10.0
"""How long a connection may take over the head of a request; a body has its source's `timeout`."""

HEAD_BYTES = 64 << 10
"""How large the head of a request may be."""

Readiness = Callable[[], Awaitable[Sequence[str]]]
"""Tells why the service is not ready; nothing when it is."""


def application(sources: Sequence[BaseRoute], registry: CollectorRegistry, readiness: Readiness) -> ASGIApp:
    """The sources' routes, `/healthz`, `/readyz` and `/metrics`, and a JSON 404 elsewhere."""

    async def healthz(_request: Request) -> Response:
        return json_answer(200, {"alive": True})

    async def readyz(_request: Request) -> Response:
        reasons = await readiness()
        return json_answer(503 if reasons else 200, {"ready": not reasons, "reasons": reasons})

    def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    own = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
    return Router([*sources, *own], redirect_slashes=False, default=_not_found)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    refusal = Refusal(404, "no webhook here", "compare the URL with the path of the source")
    await refusal.response(scope, receive, send)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises AddressUnavailable when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise AddressUnavailable(f"server.listen: {host}:{port} {_reason(error)}") from None


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "is in use (stop the other process, or choose another port)"
        case errno.EACCES:
            return "is not permitted (choose a port above 1023)"
    return f"cannot be listened on: {error.strerror}"


class _Parser(HttpRequestParser):
    """Keeps what follows a head that offers an upgrade, which httptools leaves to the other protocol."""

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        super().__init__(protocol)
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        self.rest = b""

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]  # bytes are all that a transport receives
        try:
            super().feed_data(data)
        except HttpParserUpgrade as offer:
            self.rest = data[offer.args[0] :]
            raise


class _Connection(HttpToolsProtocol):
    """Closed when the head of a request is too slow or too large: uvicorn itself would wait, and read, for ever.

    Upgrades, such as to HTTP/2 by Java's client, are declined by an answer to the request without them (RFC 9110,
    section 7.8); uvicorn itself would lose the body, and take it for the next request.
    """

    parser: _Parser

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.parser = _Parser(self)
        self._read = 0
        self._patience: asyncio.TimerHandle | None = self._limited()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._read += len(data)
            self._patience = self._patience or self._limited()
            if self._read > HEAD_BYTES:
                self.transport.close()

    def on_headers_complete(self) -> None:
        self._forget()
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        version, rest = self.parser.get_http_version(), self.parser.rest
        head = [f"{self.scope['method']} ".encode(), self.url, f" HTTP/{version}\r\n".encode()]
        head += [b"%b: %b\r\n" % header for header in self.headers if header[0].lower() != b"upgrade"]
        self.parser = _Parser(self)
        self.data_received(b"".join([*head, b"\r\n", rest]))

    def _should_upgrade(self) -> bool:
        return self._get_upgrade() is not None

    def _limited(self) -> asyncio.TimerHandle:
        return self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _forget(self) -> None:
        self._read = 0
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Server(uvicorn.Server):
    """Serves on a socket until told to stop; signals are left to the process."""

    def __init__(self, app: ASGIApp, grace: float) -> None:
        """`grace` is how many seconds requests under way get when it stops."""
        super().__init__(
            uvicorn.Config(
                app,
                http=_Connection,
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="warning",
                server_header=False,
                proxy_headers=False,
                limit_concurrency=CONNECTIONS,
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
