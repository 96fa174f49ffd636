"""The HTTP side of a Gerrit for tests: a real server on this machine, that does as it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import orjson

from tests.sources.gerrit.said import line


@dataclass
class HttpGerrit:
    """The REST API: an events log (None: not installed) and changes.

    `page` is how much is told at once, `zone` that of the server's clock. `asked` are the paths and queries; `refusals`
    are statuses to answer first, `page_of_another` is what a server that is not Gerrit says. `before_answer` is called
    with each query.
    """

    url: str = ""
    log: list[dict[str, Any]] | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    page: int = 5000
    zone: str = "UTC"
    refusals: list[int] = field(default_factory=list)
    page_of_another: bytes = b""
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    before_answer: Callable[[HttpGerrit], object] = lambda _gerrit: None

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        self.asked.append((path, query))
        self.before_answer(self)
        if self.refusals:
            return self.refusals.pop(0), "text/plain", b"not now\n"
        if self.page_of_another:
            kind = "text/html" if self.page_of_another.startswith(b"<") else "application/json"
            return 200, kind, self.page_of_another
        if path.endswith("/plugins/events-log/events/") and self.log is not None:
            return 200, "text/html", self._events(query)
        if path.endswith("/accounts/self"):
            return (
                200,
                "application/json;charset=utf-8",
                b")]}'\n" + orjson.dumps({"_account_id": 1000, "name": "Anna"}),
            )
        if path.endswith("/changes/"):
            return 200, "application/json;charset=utf-8", b")]}'\n" + orjson.dumps(self.query(query))
        return 404, "text/plain", b"Not Found"

    def _events(self, query: dict[str, list[str]]) -> bytes:
        start = datetime.fromisoformat(query["t1"][0]).replace(tzinfo=ZoneInfo(self.zone)).timestamp()
        told = sorted((e for e in self.log or () if e["eventCreatedOn"] >= start), key=lambda e: e["eventCreatedOn"])
        return b"\n" + b"".join(b"\t" + line(event) for event in told[: self.page])

    def query(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        """The changes that a query finds, last update first, `page` at most."""
        terms = dict(re.findall(r'(after|before):"([^"]+)"', query["q"][0]))
        within = (c for c in self.changes if terms["after"] <= c["updated"][:19] <= terms.get("before", "9"))
        found = sorted(within, key=lambda c: c["updated"], reverse=True)
        first = int(query.get("S", ["0"])[0])
        page = [dict(change) for change in found[first : first + min(self.page, int(query["n"][0]))]]
        if page and first + len(page) < len(found):
            page[-1]["_more_changes"] = True
        return page


def _json(value: object) -> tuple[int, str, bytes]:
    return 200, "application/json;charset=utf-8", b")]}'\n" + orjson.dumps(value)


@contextmanager
def listening() -> Iterator[HttpGerrit]:
    """A real HTTP server that answers as it is told."""
    gerrit = HttpGerrit()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            gerrit.authorizations.append(self.headers.get("Authorization"))
            status, kind, body = gerrit.answer(parts.path, parse_qs(parts.query))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gerrit.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield gerrit
    server.shutdown()
    thread.join()
    server.server_close()
