"""What the HTTP server says, as ASGI has it: small JSON, and for a refusal what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import orjson

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
"""ASGI 3."""

WHOLE = "adapters.whole"
"""In a scope where the server has the whole request: what is read of it does not wait."""


@dataclass(frozen=True, slots=True)
class Route:
    """What is served at a path, by whatever method."""

    path: str
    handle: Application


class Answer:
    """A status, headers and a body; it holds no state, so one can be sent many times."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.status = status
        self.headers = {**{name.lower(): value for name, value in headers.items()}, "content-length": str(len(body))}
        named = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        self._start = {"type": "http.response.start", "status": status, "headers": named}
        self._body = {"type": "http.response.body", "body": body}

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Sends it."""
        await send(self._start)
        await send(self._body)


class Refusal(Exception):
    """An answer that is not 2xx: `{"error": what is wrong, "hint": what to do}`."""

    def __init__(self, status: int, error: str, hint: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error)
        self.status, self.error = status, error
        self.response = json_answer(status, {"error": error, "hint": hint}, headers)


def json_answer(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer."""
    return Answer(status, {**(headers or {}), "Content-Type": "application/json"}, orjson.dumps(content))
