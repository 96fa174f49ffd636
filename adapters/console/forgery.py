"""Writes come from pages of this console only: each shows a token that other sites cannot read."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-console-token"
FIELD = "token"

LARGEST = 4 << 20
"""Bytes of what is written at most."""

_READS = frozenset({"GET", "HEAD"})
_FORM = "application/x-www-form-urlencoded"

_FORGED = PlainTextResponse(
    "this did not come from a page of this console, or the console was started anew since: load the page again\n", 403
)
_TOO_LARGE = PlainTextResponse(f"that is more than {LARGEST} bytes\n", 413)


def unforged(app: ASGIApp, token: str) -> ASGIApp:
    """Refuses every request but those that read, unless it has the token in its header or in a field of its form."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in _READS:
            await app(scope, receive, send)
        elif (body := await _body(receive)) is None:
            await _TOO_LARGE(scope, receive, send)
        elif not hmac.compare_digest(_shown(Headers(scope=scope), body).encode(), token.encode()):
            await _FORGED(scope, receive, send)
        else:
            await app(scope, _again(body, receive), send)

    return serve


async def _body(receive: Receive) -> bytes | None:
    """All that is sent; None when it is too much."""
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            break
    return bytes(body)


def _shown(headers: Headers, body: bytes) -> str:
    if shown := headers.get(HEADER):
        return shown
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return ""
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=10_000).get(FIELD, [""])[0]
    except ValueError:
        return ""


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives what was read already, and then what comes."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return first.pop() if first else await receive()

    return read
