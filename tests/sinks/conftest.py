"""Messages, and an HTTP server on the loopback that answers as it is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from adapters.model import Encoding, Format, Message

Make = Callable[..., Message]


@dataclass(frozen=True)
class Received:
    """A request that came in; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Receiver:
    """Answers 204, or what is next in `answers`: a status, headers and a body; None is no answer at all."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    answers: deque[tuple[int, dict[str, str], bytes] | None] = field(default_factory=deque)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that is up."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers["content-length"]))
            receiver.requests.append(Received(self.path, headers, body, self.client_address[1]))
            answer = receiver.answers.popleft() if receiver.answers else (204, {}, b"")
            if answer is None:
                self.close_connection = True
                return
            status, extra, content = answer
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            if status != HTTPStatus.NO_CONTENT:
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_port}/events?token=s3cret"
        yield receiver
        server.shutdown()
        thread.join()


@pytest.fixture
def make() -> Make:
    """What makes a message with a number."""

    def make(
        number: int = 1, *, encoding: Encoding = Encoding.STRUCTURED, data: bytes = b'{"a": 1}', **more: str
    ) -> Message:
        attributes = {
            "specversion": "1.0",
            "id": f"id-{number}",
            "source": "https://jenkins.example.com/",
            "type": "legacy.jenkins.notification",
            "time": "2026-03-01T12:00:00Z",
            "datacontenttype": "application/json",
        }
        return Message(Format.LEGACY, encoding, attributes | more, data)

    return make
