"""Flow: sources, journal, routes and sinks as they are connected, and how each of them does."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.console.console import Console
from adapters.console.drawing import drawing
from adapters.console.gauges import LastHeard, Rates
from adapters.console.sidecar import Sidecar
from adapters.console.state import Look, State, state
from adapters.journal import deadletters, log, outages, pace, status


def routes(console: Console) -> list[Route]:
    """The page, and the part of it that it asks for again and again."""
    rates, heard, sidecar = Rates(), LastHeard(), Sidecar(console.settings.server)

    def look() -> State:
        now = datetime.now(UTC)
        with console.journal() as journal:
            found = status.routes(journal, console.settings.routes, now)
            seen = Look(
                now=now,
                size=journal.size(),
                last=log.last(journal),
                routes=found,
                outages=outages.known(journal),
                rates=pace.rates(journal, now),
                route_rates=rates.look(found),
                heard=heard.look(journal),
                said=sidecar.said(),
                strays=deadletters.counts(journal, besides=console.settings.routes),
            )
        return state(console.settings, seen)

    def shown(template: str, request: Request) -> Response:
        found = look()
        return console.page(request, template, state=found, drawing=drawing(found))

    return [
        Route("/", lambda request: shown("flow.html", request)),
        Route("/flow", lambda request: shown("_flow.html", request)),
    ]
