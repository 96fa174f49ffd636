"""One connection of a client: HTTP/1.1 as uvicorn speaks it, within bounds.

Requests that follow one another without a wait are read one at a time: what a client sends behind them stays in its own
socket. So does what it does not read: nothing is kept for a client but the request under way and the next one's head.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapters.answers import WHOLE, Scope
from adapters.server.application import PROBES, busy
from adapters.server.crowd import Crowd

HEAD_SECONDS = 10.0
"""How long a connection may take over the head of a request; a body has its source's `timeout`."""

HEAD_BYTES = 64 << 10
"""How large the head of a request may be."""

ANSWER_SECONDS = 30.0
"""How long a client may leave what it is answered unread."""

REQUESTS = 1000
"""With so many answered, a connection is closed, so that clients behind it get their turn (as nginx does)."""

NEWCOMER_SECONDS = 0.1
"""How long after it was made a connection is not closed by a stop before anything was asked."""

_SLICE = 1 << 10
"""Bytes that are parsed at once: as many small requests as are in them may be known before the first is answered."""

_PROBES = frozenset(path.encode() for path in PROBES)


def connections(crowd: Crowd) -> type[HttpToolsProtocol]:
    """What uvicorn makes a connection with, as one of a crowd."""
    return cast("type[HttpToolsProtocol]", partial(_Connection, crowd=crowd))


class _Parser(HttpRequestParser):
    """Keeps what follows a head that offers an upgrade, which httptools leaves to the other protocol.

    What is not HTTP is the connection's to refuse: uvicorn itself would log each, and anybody can send it.
    """

    def __init__(self, protocol: _Connection) -> None:
        super().__init__(protocol)
        self._refuse = protocol.refuse
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        self.rest = b""

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]  # bytes are all that a transport receives
        try:
            super().feed_data(data)
        except HttpParserUpgrade as offer:
            self.rest = data[offer.args[0] :]
            raise
        except HttpParserError as error:
            self._refuse(str(error))


class _Flow(FlowControl):
    """Reads on only while nothing is held back that was read before."""

    def __init__(self, transport: asyncio.Transport, holds: Callable[[], object]) -> None:
        super().__init__(transport)
        self._holds = holds

    def resume_reading(self) -> None:
        if not self._holds():
            super().resume_reading()


class _Connection(HttpToolsProtocol):
    """Closed when the head of a request is too slow or too large, or an answer is not read: uvicorn itself would wait,
    and read, for ever.

    Upgrades, such as to HTTP/2 by Java's client, are declined by an answer to the request without them (RFC 9110,
    section 7.8); uvicorn itself would lose the body, and take it for the next request.
    """

    parser: _Parser

    def __init__(self, *args: Any, crowd: Crowd, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._crowd, self._service = crowd, self.app

    @property
    def idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.parser = _Parser(self)
        self._held = b""
        self.flow = _Flow(transport, lambda: self._held)
        self._answered, self._read, self._in_head = 0, 0, True
        self._patience: asyncio.TimerHandle | None = self._limited()
        self._unread: asyncio.TimerHandle | None = None
        self._newcomer_until = self.loop.time() + NEWCOMER_SECONDS
        self._crowd.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.leave(self)
        self._held = b""
        self.pipeline.clear()
        self._forget()
        self._relent()
        super().connection_lost(exc)

    def close(self) -> None:
        self.transport.close()

    def shutdown(self) -> None:
        """As uvicorn has it, but for who has only just come: what he asks may be on its way, and is answered."""
        if self.cycle is None and self.loop.time() < self._newcomer_until:
            self.loop.call_at(self._newcomer_until, super().shutdown)
        else:
            super().shutdown()

    def refuse(self, reason: str) -> None:
        """Answers what cannot be understood, and ends the connection."""
        self._crowd.misunderstood(self, reason)
        self.send_400_response(f"this is not HTTP/1.1 as it is spoken here: {reason}")

    def data_received(self, data: bytes) -> None:
        self._held += data
        self._feed()
        if self.idle:  # the head is not whole: most are when they come, and need no timer
            self._patience = self._patience or self._limited()

    def _feed(self) -> None:
        """Parses what was received, as far as there is no more than one request waiting behind the one under way."""
        while self._held and not self.pipeline and not self.transport.is_closing():
            part, self._held = self._held[:_SLICE], self._held[_SLICE:]
            self._read += len(part) if self._in_head else 0
            super().data_received(part)
            if self._read > HEAD_BYTES:
                self.transport.close()
        if self._held:
            self.flow.pause_reading()

    def on_response_complete(self) -> None:
        self._answered += 1
        self._crowd.rest(self)
        super().on_response_complete()
        self._feed()
        self.flow.resume_reading()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._forget()
        self.app = cast("Any", busy if self._crowd.full and self.url not in _PROBES else self._service)
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before and (self._crowd.leaves or self._answered + len(self.pipeline) + 1 >= REQUESTS):
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        self._in_head = True
        cast("Scope", self.scope)[WHOLE] = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        self._unread = self._unread or self.loop.call_later(ANSWER_SECONDS, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._relent()
        super().resume_writing()

    def handle_websocket_upgrade(self) -> None:
        version, rest = self.parser.get_http_version(), self.parser.rest
        head = [f"{self.scope['method']} ".encode(), self.url, f" HTTP/{version}\r\n".encode()]
        head += [b"%b: %b\r\n" % header for header in self.headers if header[0].lower() != b"upgrade"]
        self.parser = _Parser(self)
        self._held = b"".join([*head, b"\r\n", rest, self._held])

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: who wants a tunnel has his answer, as to any other method."""

    def _should_upgrade(self) -> bool:
        return self._get_upgrade() is not None

    def _limited(self) -> asyncio.TimerHandle:
        return self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _forget(self) -> None:
        self._read = 0
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _relent(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
