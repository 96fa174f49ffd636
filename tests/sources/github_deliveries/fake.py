"""GitHub's REST API for a webhook's deliveries, as it is documented: a real server on this machine.

docs.github.com/rest/repos/webhooks#list-deliveries-for-a-repository-webhook, the same for organisations and Apps:
newest first, `per_page` of them, the next page by the cursor in the header Link.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import serving

NOW = 1_777_888_800
"""Some second in May 2026."""

HOOK = "repos/acme/till/hooks/4711"


@dataclass
class FakeGithub:
    """What was delivered, oldest first, each as the API tells all of it.

    `page` is how many are listed at once at most; `refusals` are answers to give first: a status, headers and a body.
    `gone` are deliveries that are listed, and not known any more.
    """

    url: str = ""
    hook: str = HOOK
    page: int = 100
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[tuple[int, Mapping[str, str], bytes]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)

    def deliver(self, payload: Any, at: int, status: int = 502, *, event: str = "workflow_run", again: str = "") -> str:
        """Tries to deliver an event at a time, or once more the one with this guid, which it gives."""
        number = 9_000_000_000 + len(self.deliveries)
        guid = again or f"{number:012x}-ffb0-11f0-9d5c-000000000000"
        headers = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": guid,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        headers["X-Hub-Signature-256"] = "sha256=0"
        told = {
            "id": number,
            "guid": guid,
            "delivered_at": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "redelivery": bool(again),
            "duration": 0.27,
            "status": "OK" if status == 202 else "failed to connect",
            "status_code": status,
            "event": event,
            "action": payload.get("action") if isinstance(payload, dict) else None,
            "installation_id": None,
            "repository_id": 881001,
            "throttled_at": None,
        }
        request = {"headers": headers, "payload": payload}
        self.deliveries.append(told | {"url": "", "request": request, "response": {"headers": {}, "payload": ""}})
        return guid

    def answer(self, path: str, query: Mapping[str, list[str]]) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body."""
        self.asked.append(path)
        if self.refusals:
            return self.refusals.pop(0)
        base = f"/{self.hook}/deliveries"
        if path == base:
            return self._listed(base, query)
        known = {f"{base}/{each['id']}": each for each in self.deliveries if each["id"] not in self.gone}
        return (200, {}, json.dumps(known[path]).encode()) if path in known else (404, {}, b'{"message":"Not Found"}')

    def _listed(self, base: str, query: Mapping[str, list[str]]) -> tuple[int, Mapping[str, str], bytes]:
        newest = sorted(self.deliveries, key=lambda each: each["delivered_at"], reverse=True)
        first = int(query.get("cursor", ["v1_0"])[0].removeprefix("v1_"))
        following = first + min(self.page, int(query["per_page"][0]))
        page = [{key: each[key] for key in each if key not in ("url", "request", "response")} for each in newest]
        link = f'<https://api.github.com{base}?per_page=100&cursor=v1_{following}>; rel="next"'
        headers = {"Link": link} if following < len(newest) else {}
        return 200, headers, json.dumps(page[first:following]).encode()


@contextmanager
def listening() -> Iterator[FakeGithub]:
    """A server with nothing delivered yet."""
    github = FakeGithub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            github.authorizations.append(self.headers.get("Authorization", ""))
            status, headers, body = github.answer(parts.path, parse_qs(parts.query))
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                **headers,
                "Content-Length": str(len(body)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as github.url:
        yield github
