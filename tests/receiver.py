"""An HTTP server on the loopback interface that answers as it is told, and remembers what it was sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread


@dataclass(frozen=True)
class Received:
    """A request that came in; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    method: str = "POST"


@dataclass
class Receiver:
    """Answers 204, or what is next in `answers`: a status, headers and a body; None is no answer at all."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    answers: deque[tuple[int, dict[str, str], bytes] | None] = field(default_factory=deque)


@contextmanager
def receiving(tls: SSLContext | None = None) -> Iterator[Receiver]:
    """A server that is up, over TLS if it is told how."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            receiver.requests.append(Received(self.path, headers, body, self.client_address[1], self.command))
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

        def do_PUT(self) -> None:
            self.do_POST()

        def do_GET(self) -> None:
            self.do_POST()

        def do_OPTIONS(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        receiver.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}/events?token=s3cret"
        yield receiver
        server.shutdown()
        thread.join()
