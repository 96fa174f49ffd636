"""Live: what is heard, beside the CDEvents that it becomes, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from threading import Event

import orjson
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from adapters.cdevents.selection import possible
from adapters.cdevents.vocabulary import EVENTS
from adapters.console.console import Console
from adapters.console.forms import number
from adapters.console.lately import MOST_SHOWN, Line, Look, lately, lines_of
from adapters.errors import JournalUnavailable
from adapters.journal import log
from adapters.lineage.watching import Wanted
from adapters.redaction import Redact

PAUSE = 0.4
"""Seconds between two looks. What is heard meanwhile is kept by nobody but the journal, however slow a viewer is."""

QUIET = 15.0
"""Seconds after which a stream without news says that it is there."""

MOST_VIEWERS = 16
"""Streams at once: each costs the machine of the sidecar something."""

AT_FIRST = 20
"""Records that a page begins with."""

_FULL = PlainTextResponse(f"{MOST_VIEWERS} others are watching already: close a page\n", 503, {"Retry-After": "10"})


_PARTS = ("source", "type", "subject", "chain")


def routes(console: Console) -> list[Route]:
    """The page, and its stream of server-sent events."""
    viewers: set[object] = set()
    template = console.templates.get_template("_heard.html")

    def live(request: Request) -> Response:
        wanted, wrong = _wanted(request.query_params)
        with console.journal() as journal:
            begun = log.back(journal, AT_FIRST)
        return console.page(
            request,
            "live.html",
            look=_looking(console, wanted)(begun),
            choice={part: request.query_params.get(part, "") for part in _PARTS},
            wrong=wrong,
            sources=sorted(console.settings.sources),
            types=sorted(EVENTS),
            limit=round(MOST_SHOWN / PAUSE),
        )

    async def stream(request: Request) -> Response:
        query = request.query_params
        after = request.headers.get("last-event-id") or query.get("after", "")
        if (begun := number(after)) is None:
            raise HTTPException(400, "It is not said after which record to begin: add `after`.")
        looks = watched(_looking(console, _wanted(query)[0]), begun, console.leaving)
        told = (_told(each, console.redact, lambda lines: template.render(lines=lines)) async for each in looks)
        return _Stream(told, viewers)

    return [Route("/live", live), Route("/live/stream", stream)]


async def watched(
    look: Callable[[int], Look],
    after: int,
    leaving: Event,
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> AsyncIterator[Look | str]:
    """What was heard after a number, look by look; why the journal cannot be read; now and then nothing.

    It ends when it is leaving. A look is made when the one before was taken: who is slow misses lines, which are
    counted, and costs no memory.
    """
    quiet, trouble = 0.0, ""
    while not leaving.is_set():
        try:
            found = await asyncio.to_thread(look, after)
        except JournalUnavailable as error:
            if trouble != (trouble := str(error)):
                yield trouble
        else:
            news = found.lines or found.passed or trouble
            after, trouble = found.last, ""
            if news or quiet >= QUIET:
                quiet = 0.0
                yield found
        await pause(PAUSE)
        quiet += PAUSE


def _wanted(query: QueryParams) -> tuple[Wanted, str]:
    """What is asked for; and what is wrong with it, as such a type will never be seen."""
    values = [[each] if (each := query.get(part, "").strip()) else [] for part in _PARTS]
    unknown = [each for each in values[1] if not possible(each)]
    return Wanted(*values), f"There is no event '{unknown[0]}' in the vocabulary." if unknown else ""


def _looking(console: Console, wanted: Wanted) -> Callable[[int], Look]:
    """Looks at what is behind a number, and does not keep the journal open."""
    line = lines_of(console.render, wanted, console.redact, console.bare)

    def look(after: int) -> Look:
        with console.journal() as journal:
            return lately(journal, after, wanted, line)

    return look


def _told(news: Look | str, redact: Redact, written: Callable[[Sequence[Line]], str]) -> bytes:
    """A server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    if isinstance(news, str):
        return b"event: trouble\ndata: %b\n\n" % orjson.dumps(redact(news))
    told = {"lines": written(news.lines), "passed": news.passed}
    return b"id: %d\nevent: heard\ndata: %b\n\n" % (news.last, orjson.dumps(told))


class _Stream(StreamingResponse):
    """A stream for a viewer, where there are not too many; he is one of them from before it begins until it ends."""

    def __init__(self, told: AsyncIterator[bytes], viewers: set[object]) -> None:
        super().__init__(told, media_type="text/event-stream")
        self._viewers = viewers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if len(self._viewers) >= MOST_VIEWERS:
            await _FULL(scope, receive, send)
            return
        self._viewers.add(self)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._viewers.discard(self)
