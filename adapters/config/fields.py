"""What actions want of events, against what the events that they hear have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from adapters.cdevents.members import members
from adapters.config.models import Config, Route
from adapters.mapping.wanted import Wish, wishes
from adapters.mapping.when import lost
from adapters.yamlfile import Finding

Heard = Callable[[Route], Collection[str] | None]
"""The events that a route may bring, by name or pattern; None where they may be any."""


def astray(config: Config, heard: Heard = lambda route: route.types) -> Iterator[Finding]:
    """Each path of an action that none of the events has which reach it, where it is written."""
    for name, wanted in _wishes(config):
        routes = [route for route in config.routes.values() if route.sink == name]
        for wish in wanted:
            found = [lost(wish.path.steps, members(route.spec, heard(route))) for route in routes]
            if found and all(found) and found[0]:
                yield ("sinks", name, *wish.at), *found[0]


def partly(config: Config, heard: Heard) -> Iterator[Finding]:
    """Each path that some of the events have, and others not, of which then each is a dead letter."""
    for name, wanted in _wishes(config):
        for label, route in config.routes.items():
            kinds = heard(route)
            if route.sink != name or kinds is None or route.when:
                continue
            for wish in wanted:
                without = [kind for kind in kinds if lost(wish.path.steps, members(route.spec, [kind]))]
                if wish.lasting and 0 < len(without) < len(kinds):
                    message = f"{_some(without)} of the route {label} have no {wish.path}, and would be dead letters"
                    hint = "choose `types` of the route, or add | default(...)"
                    yield ("sinks", name, *wish.at), message, hint


def _some(kinds: Collection[str]) -> str:
    first, *others = sorted(kinds)
    return f"{first} and {len(others)} others" if len(others) > 1 else " and ".join([first, *others])


def _wishes(config: Config) -> Iterator[tuple[str, list[Wish]]]:
    for name, sink in config.sinks.items():
        yield name, [wish for each in sink.shaped() for wish in wishes((each,), getattr(sink, each))]
