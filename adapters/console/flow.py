"""Flow: sources, journal, routes and sinks as they are connected, and how each of them does."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.console.console import Console
from adapters.journal import status


def routes(console: Console) -> list[Route]:
    """The page."""

    def flow(request: Request) -> Response:
        with console.journal() as journal:
            found = status.routes(journal, console.settings.routes, datetime.now(UTC))
            return console.page(request, "flow.html", routes=found, bytes=journal.size())

    return [Route("/", flow)]
