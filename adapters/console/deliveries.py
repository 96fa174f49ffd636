"""Deliveries: which artifact and change is where, service by environment, and how each came there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.console.console import Console
from adapters.console.events import asked, found
from adapters.lineage.deliveries import Delivery, Place, current, deliveries

WIDEST = 6
"""Environments that are columns; with more of them, as with namespaces, each place is a row."""

MOST = 1000
"""Places that are shown at once; a filter leads to the others."""

LATEST = 200
"""Deliveries of a history that are shown."""


def routes(console: Console) -> list[Route]:
    """The page, and the history of a service."""

    def overview(request: Request) -> Response:
        like = asked(request, "like").lower()
        events, notes = found(console, lambda store: store.services())
        there = {place: each for place, each in current(deliveries(events)).items() if _like(place, like)}
        shown = dict(list(there.items())[:MOST])
        environments = sorted({environment for _, environment in shown})
        return console.page(
            request,
            "deliveries.html",
            like=like,
            notes=notes,
            there=shown,
            left=len(there) - len(shown),
            environments=environments if len(environments) <= WIDEST else [],
            services=list(dict.fromkeys(service for service, _ in shown)),
        )

    def history(request: Request) -> Response:
        service = asked(request, "service")
        environment = asked(request, "environment") if "environment" in request.query_params else None
        events, notes = found(console, lambda store: store.services(service, environment))
        told = [each for each in deliveries(events) if _of(each, service, environment)]
        return console.page(
            request,
            "history.html",
            service=service,
            environment=environment,
            notes=notes,
            told=told[:LATEST],
            left=len(told) - LATEST,
            now=_now(told),
        )

    return [Route("/deliveries", overview), Route("/deliveries/history", history)]


def _like(place: Place, like: str) -> bool:
    return not like or any(like in each.lower() for each in place)


def _of(delivery: Delivery, service: str, environment: str | None) -> bool:
    return delivery.place[0] == service and environment in (None, delivery.place[1])


def _now(told: Sequence[Delivery]) -> Mapping[str, Sequence[Delivery]]:
    """What is in each environment now."""
    return {environment: each for (_, environment), each in current(told).items()}
