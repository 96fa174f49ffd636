"""An API of the kind that is polled: a real server on this machine, with whatever is put in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.loopback import serving

NOW = 1_777_888_800
"""2026-05-04T10:00:00Z."""

Given = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body of an answer."""


def answer(document: Any, **headers: str) -> Given:
    """An answer of JSON; names of headers with `_` for `-`."""
    return 200, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(document).encode()


@dataclass
class FakeApi:
    """What it answers at each path, and what it was asked, in order.

    `refusals` are given first, in turn, whatever is asked. `posts` is what it answers to bodies, at any path.
    """

    url: str = ""
    answers: dict[str, Callable[[Mapping[str, str]], Given]] = field(default_factory=dict)
    refusals: list[Given] = field(default_factory=list)
    posts: Callable[[Any], Given] = lambda _: (405, {}, b"")
    posted: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def answer(self, target: str, headers: Mapping[str, str]) -> Given:
        """Of a GET."""
        self.asked.append(target)
        self.headers.append(headers)
        if self.refusals:
            return self.refusals.pop(0)
        parts = urlsplit(target)
        if (found := self.answers.get(unquote(parts.path))) is None:
            return 404, {}, b'{"message": "Not Found"}'
        status, more, body = found(dict(parse_qsl(parts.query)))
        tag = more.get("ETag") or more.get("Last-Modified")
        if tag is not None and tag in (headers.get("If-None-Match"), headers.get("If-Modified-Since")):
            return 304, {}, b""
        return status, more, body

    def lists(self, path: str, document: Any, **headers: str) -> None:
        """Has it answer with what the document is when it is asked, whatever the parameters."""
        self.answers[path] = lambda _: answer(document, **headers)


@contextmanager
def listening() -> Iterator[FakeApi]:
    """A server that knows nothing yet."""
    api = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece: in two, the second waits for an acknowledgement of the first

        def do_GET(self) -> None:
            self._say(*api.answer(self.path, dict(self.headers.items())))

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            api.posted.append(given)
            self._say(*api.posts(given))

        def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as api.url:
        yield api
