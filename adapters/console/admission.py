"""Who is let in, by what name the console is asked for, and what every answer tells the browser not to do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.config.address import is_loopback
from adapters.sources.auth.contract import Guard

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache, private",
}
"""On every answer: nothing of others is run or loaded, nobody frames it, nobody else reads it, nobody keeps it."""


_ELSEWHERE = frozenset({"cross-site", "same-site"})
_FOREIGN = PlainTextResponse("a page of another site asks for this: open it in a window of its own\n", 403)


def hardened(app: ASGIApp) -> ASGIApp:
    """Gives every answer HEADERS."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await app(scope, receive, sending)

    return serve


def asked_by_name(app: ASGIApp, knows: Callable[[str], bool]) -> ASGIApp:
    """Refuses a request for a host that is not this one: another site whose name leads here (DNS rebinding)."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).get("host", "")
        if knows(_host(given)):
            await app(scope, receive, send)
        else:
            hint = "the console answers to localhost, to IP addresses, and to the names in console.hosts"
            await PlainTextResponse(f"'{given}' is not known here: {hint}\n", 421)(scope, receive, send)

    return serve


def at_home(app: ASGIApp) -> ASGIApp:
    """Refuses what a page of another site has a browser ask for; its links may lead here.

    Of a browser that says so: https://www.w3.org/TR/fetch-metadata/, which all do that are in use.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        opened = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
        if headers.get("sec-fetch-site") in _ELSEWHERE and not opened:
            await _FOREIGN(scope, receive, send)
        else:
            await app(scope, receive, send)

    return serve


def known(listens: str, hosts: Collection[str]) -> Callable[[str], bool]:
    """Tells the names of this console: some hosts, and addresses, which nobody's name server can lead elsewhere.

    Where it listens on this machine only, of addresses only those of this machine.
    """
    ours = {host.lower() for host in hosts} | {"localhost"}
    only_here = is_loopback(listens)

    def knows(host: str) -> bool:
        try:
            return ip_address(host).is_loopback or not only_here
        except ValueError:
            return host.lower() in ours

    return knows


def admitted(app: ASGIApp, guard: Guard) -> ASGIApp:
    """Lets in who shows the credentials; a browser is asked for them."""
    challenge = {"WWW-Authenticate": guard.challenge} if guard.challenge else None
    refusal = PlainTextResponse("the credentials are missing or wrong\n", 401, challenge)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (app if guard.admits(dict(scope["headers"])) else refusal)(scope, receive, send)

    return serve


def _host(given: str) -> str:
    """The host of a `Host`, without its port and brackets (RFC 9110 §7.2)."""
    if given.startswith("["):
        return given[1:].partition("]")[0]
    return given.partition(":")[0]
