"""How a sidecar is at a moment: its parts as they are connected, and what of them somebody must see to. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from adapters.config import Config
from adapters.console.sidecar import Said
from adapters.journal.outages import Outage
from adapters.journal.pace import Heard
from adapters.journal.status import RouteStatus

PATIENCE = timedelta(minutes=1)
"""A sink that takes nothing for longer does not come back by itself soon."""

FULL = 0.9
"""The part of `journal.max_size` beyond which it may soon take nothing more."""


class Health(StrEnum):
    """`bad`: somebody must act. `wait`: it is not as it should be, and goes on by itself."""

    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source; `heard` is None where nothing is in the journal, `rate` in records a second."""

    name: str
    type: str
    mapping: str | None
    rate: float
    heard: Heard | None


@dataclass(frozen=True, slots=True)
class RouteState:
    """A route: what it publishes, of which sources (empty: all), to which sink, and how far it is.

    `delivery` is whether its sink takes what it publishes.
    """

    status: RouteStatus
    format: str
    sources: Collection[str]
    sink: str
    rate: float | None
    outage: Outage | None
    delivery: Health

    @property
    def health(self) -> Health:
        """A dead letter waits for somebody; who is far behind comes on by itself, or its sink is told of."""
        behind = Health.WAIT if self.status.oldest > PATIENCE.total_seconds() else Health.GOOD
        return _worst((Health.BAD if self.status.dead_letters else Health.GOOD, self.delivery, behind))

    @property
    def name(self) -> str:
        """As it is configured."""
        return self.status.route

    @property
    def failing(self) -> Outage | None:
        """Why its sink takes nothing now."""
        return self.outage if self.outage is not None and self.outage.until is None else None


@dataclass(frozen=True, slots=True)
class SinkState:
    """A sink, as well as the worst of its routes is."""

    name: str
    type: str
    health: Health


@dataclass(frozen=True, slots=True)
class Task:
    """Something that somebody must see to, and where."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """All of it; `tasks` is empty where nobody must act."""

    sources: list[SourceState]
    routes: list[RouteState]
    sinks: list[SinkState]
    size: int
    max_size: int
    last: int
    tasks: list[Task]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at a moment; `strays` are the dead letters of routes that are not configured, and of shadows."""

    now: datetime
    size: int
    last: int
    routes: Collection[RouteStatus]
    outages: Mapping[str, Outage]
    rates: Mapping[str, float]
    route_rates: Mapping[str, float]
    heard: Mapping[str, Heard]
    said: Said
    strays: Mapping[str, int]


def state(settings: Config, look: Look) -> State:
    """How the sidecar of a configuration is, by what was seen of it."""
    sources = [
        SourceState(name, each.type, each.mapping, look.rates.get(name, 0.0), look.heard.get(name))
        for name, each in settings.sources.items()
    ]
    routes = [_route(settings, look, each) for each in look.routes]
    sinks = [
        SinkState(name, each.type, _worst(route.delivery for route in routes if route.sink == name))
        for name, each in settings.sinks.items()
    ]
    max_size = settings.journal.max_size
    tasks = [*_of_process(look, routes), *_of_journal(look, max_size), *_of_routes(routes), *_of_strays(look.strays)]
    return State(sources, routes, sinks, look.size, max_size, look.last, tasks)


def _route(settings: Config, look: Look, status: RouteStatus) -> RouteState:
    route, outage = settings.routes[status.route], look.outages.get(status.route)
    lasts = None if outage is None or outage.until is not None else look.now - outage.since
    delivery = Health.GOOD if lasts is None else Health.BAD if lasts > PATIENCE else Health.WAIT
    rate = look.route_rates.get(status.route)
    return RouteState(status, route.format, route.sources or (), route.sink, rate, outage, delivery)


def _worst(found: Iterable[Health]) -> Health:
    return max(found, key=[*Health].index, default=Health.GOOD)


def _of_process(look: Look, routes: Collection[RouteState]) -> Iterator[Task]:
    if not look.said.answers and any(route.status.lag for route in routes):
        yield Task(f"Records wait, and the sidecar does not answer at {look.said.address}. Does it run?")
    yield from (Task(f"The sidecar is not ready: {reason}.") for reason in look.said.reasons)


def _of_journal(look: Look, max_size: int) -> Iterator[Task]:
    if look.size > FULL * max_size:
        yield Task("The journal is nearly full: beyond journal.max_size it takes nothing more. Is a route behind?")


def _of_routes(routes: Collection[RouteState]) -> Iterator[Task]:
    for route in routes:
        if count := route.status.dead_letters:
            yield Task(f"{_dead(count)} of {route.name}", "/problems")
        if route.failing and route.delivery is Health.BAD:
            yield Task(f"The sink {route.sink} takes nothing of {route.name}: {route.failing.reason}", "#routes")


def _of_strays(strays: Mapping[str, int]) -> Iterator[Task]:
    for name, count in strays.items():
        yield Task(f"{_dead(count)} of {name}, which is no route of the configuration", "/problems")


def _dead(count: int) -> str:
    return f"{count} dead {'letter' if count == 1 else 'letters'}"
