"""Chain: one change from patch set to incident as a graph over time, found by whatever names it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.cdevents.heard import cdevents
from adapters.cdevents.history import BEGINNINGS
from adapters.console.console import Console
from adapters.console.events import asked, found, shown
from adapters.console.stored import Answer
from adapters.lineage.event import Event
from adapters.lineage.picture import picture, told
from adapters.lineage.reading import events_of
from adapters.lineage.spans import spans, spent
from adapters.lineage.story import story
from adapters.lineage.wanted import Wanted

DRAWN = 1000
"""Events of a story that are drawn, the first; all of them would be no picture any more."""

_RECENT = 20
_GOOD = frozenset({"change.merged", "service.deployed", "service.upgraded", "incident.resolved"})


def routes(console: Console) -> list[Route]:
    """The page, and that of one event."""

    def chain(request: Request) -> Response:
        wanted = asked(request, "id")
        events, notes = found(console, lambda store: store.related(Wanted(wanted)) if wanted else Answer([]))
        values = _told(events, wanted) if wanted else {"recent": recent(events)}
        return console.page(request, "chain.html", wanted=wanted, notes=notes, **values)

    def event(request: Request) -> Response:
        if (one := shown(console, asked(request, "id"))) is None:
            raise HTTPException(410, "This event is neither in the journal nor in a store any more.")
        [document] = cdevents(one.body, {})[0]
        text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
        return console.page(request, "event.html", event=next(events_of(one.body)), text=text, record=one.record)

    return [Route("/chain", chain), Route("/chain/event", event)]


def recent(events: Iterable[Event]) -> Sequence[Event]:
    """The last event of each change that was told of last, the latest first."""
    changes = {each.subject: each for each in sorted(events, key=_moment) if each.kind == "change"}
    return sorted(changes.values(), key=_moment, reverse=True)[:_RECENT]


def health(event: Event) -> str:
    """`good` or `bad`, where an event is one of these: an outcome, a deployment or an incident."""
    if event.outcome in ("failure", "error") or event.name in BEGINNINGS or event.name == "service.rolledback":
        return "bad"
    return "good" if event.outcome == "success" or event.name in _GOOD else ""


def _told(events: Iterable[Event], wanted: str) -> dict[str, Any]:
    pairs = sorted(told(story(events, wanted)), key=lambda pair: _moment(pair[0]))
    drawn, known = pairs[:DRAWN], {event.id for event, _ in pairs[:DRAWN]}
    within = [(event, above if above and above.id in known else None) for event, above in drawn]
    between = spans(event for event, _ in within)
    return {
        "pairs": pairs,
        "drawn": len(drawn),
        "picture": picture(within, between),
        "spent": spent(between),
        "health": health,
    }


def _moment(event: Event) -> tuple[Any, ...]:
    return event.moment, event.name, event.id
