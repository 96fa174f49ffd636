"""What is served: the sources' webhooks, health and metrics."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from adapters.answers import Answer, Application, Receive, Refusal, Route, Scope, Send, json_answer
from adapters.logs import Seldom

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

PROBES = ("/healthz", "/readyz", "/metrics")
"""What is asked by whoever looks after the process, and answered however busy it is."""

Registry = Callable[[], "CollectorRegistry"]
"""Gives the metrics to whoever asks for them."""

Readiness = Callable[[], Awaitable[Sequence[str]]]
"""Tells why the service is not ready; nothing when it is."""

_TOLD = 200
"""Characters of a path that the log has."""

_log = structlog.get_logger(__name__)


def application(sources: Sequence[Route], registry: Registry, readiness: Readiness) -> Application:
    """The sources' routes, `/healthz`, `/readyz` and `/metrics`, and a JSON 404 elsewhere."""
    return served([*sources, *probes(registry, readiness)])


def served(routes: Sequence[Route]) -> Application:
    """Some routes, each at a path as it is written, and a JSON 404 elsewhere.

    Slashes too many are as none, as in `/jenkins/` and `//jenkins`, where nothing is at such a path itself.
    """
    paths = {each.path: each for each in reversed(routes)}
    nearly = {_bare(path): each for path, each in paths.items()}
    seldom = Seldom()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if found := paths.get(path) or nearly.get(_bare(path)):
            return await found.handle(scope, receive, send)
        if count := seldom.allows("nothing"):
            _log.info("nothing is at this path", path=path[:_TOLD], since_last_said=count)
        return await _NOT_FOUND(scope, receive, send)

    return serve


def _bare(path: str) -> str:
    return re.sub("/+", "/", path).rstrip("/")


def cut_off(app: Application) -> Application:
    """An application that answers 503 where it is cancelled, for a stop does not wait any longer."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            await _CUT_OFF(scope, receive, send)

    return serve


def probes(registry: Registry, readiness: Readiness) -> Sequence[Route]:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def healthz() -> Answer:
        return json_answer(200, {"alive": True})

    async def readyz() -> Answer:
        reasons = await readiness()
        return json_answer(503 if reasons else 200, {"ready": not reasons, "reasons": reasons})

    async def metrics() -> Answer:
        return await asyncio.to_thread(_exposed, registry)

    return [Route(path, _asked(answer)) for path, answer in zip(PROBES, (healthz, readyz, metrics), strict=True)]


def _exposed(registry: Registry) -> Answer:
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 - nobody may ever ask

    return Answer(200, {"Content-Type": CONTENT_TYPE_LATEST}, generate_latest(registry()))


def _asked(answer: Callable[[], Awaitable[Answer]]) -> Application:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        answered = await answer() if scope["method"] in ("GET", "HEAD") else _ONLY_ASKED
        await answered(scope, receive, send)

    return handle


_ONLY_ASKED = Refusal(405, "this is only asked", "use GET", {"Allow": "GET, HEAD"}).response


_CUT_OFF = Refusal(503, "it is stopping", "send it again", {"Retry-After": "5"}).response


_NOT_FOUND = Refusal(404, "no webhook here", "compare the URL with the path of the source").response


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    """The answer to all but probes where every connection is in use."""
    headers = {"Retry-After": "5", "Connection": "close"}
    refusal = Refusal(503, "all connections are in use", "send it again later", headers)
    await refusal.response(scope, receive, send)
