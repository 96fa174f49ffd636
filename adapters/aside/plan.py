"""What another process has to know to render as this one does: the mappings by name, the routes, and no secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from adapters import mapping
from adapters.aside.renders import rendering
from adapters.child.frames import Value
from adapters.config import Config, Route
from adapters.route import Origin, Remembered
from adapters.route.rendered import Render
from adapters.translators import Current, Version

Generation = Mapping[str, Mapping[str, Version]]
"""The files that each mapping is made of, as they were when they were read."""


class _Source(NamedTuple):
    """Of a source, what its records are rendered by."""

    instance: str
    mapping: str | None
    variables: Mapping[str, Any]
    cdevents: bool


class Plan(NamedTuple):
    """The sources and routes of a configuration, by name; `ends` has the routes that end with their events."""

    sources: Mapping[str, _Source]
    routes: Mapping[str, Route]
    ends: frozenset[str]

    def written(self) -> Value:
        """As plain values, which are whatever a configuration may have: numbers of any size, too."""
        routes = {name: route.model_dump(mode="json") for name, route in self.routes.items()}
        return {name: tuple(each) for name, each in self.sources.items()}, routes, self.ends


def planned(config: Config) -> Plan:
    """The plan of a configuration."""
    sources = {
        name: _Source(each.instance, each.mapping, each.variables, each.hears_cdevents)
        for name, each in config.sources.items()
    }
    return Plan(sources, config.routes, frozenset(name for name, each in config.routes.items() if config.ends(each)))


def read(written: Value) -> Plan:
    """The plan that is written so."""
    sources, routes, ends = written
    return Plan(
        {name: _Source(*each) for name, each in sources.items()},
        {name: Route.model_validate(each) for name, each in routes.items()},
        ends,
    )


class Loaded:
    """The mappings of a plan, loaded, and how each of its routes renders."""

    def __init__(self, plan: Plan) -> None:
        """Raises ConfigError for a mapping that cannot be loaded."""
        mapped = {name: each for name, each in plan.sources.items() if each.mapping is not None}
        exported = {name: each for name, each in plan.routes.items() if each.mapping is not None}
        self._mappings = Current(mapped, lambda name, looked_at: _mapping(mapped[name], looked_at))
        self._exports = Current(exported, lambda name, looked_at: _export(exported[name], looked_at))
        translate = Remembered()
        found = {
            name: Origin(each.instance, self._mappings.current(name), each.cdevents)
            for name, each in plan.sources.items()
        }
        self.renders: dict[str, Render] = {
            name: rendering(each, found.get, self._exporter(name), ends=name in plan.ends, translate=translate)
            for name, each in plan.routes.items()
        }

    @property
    def generation(self) -> Generation | None:
        """What it is made of; None where some of that has changed since."""
        changed = self._mappings.changed() or self._exports.changed()
        return None if changed else generation(self._mappings, self._exports)

    def _exporter(self, name: str) -> Callable[[], mapping.Exporter]:
        return lambda: self._exports[name]


def generation(*mappings: Current[Any]) -> Generation:
    """What mappings are made of, those of sources and those of routes."""
    return {f"{number} {name}": seen for number, each in enumerate(mappings) for name, seen in each.made_of().items()}


def _mapping(source: _Source, looked_at: mapping.LookedAt) -> mapping.Translator:
    name, instance = str(source.mapping), source.instance
    return mapping.load(name, instance=instance, variables=source.variables, looked_at=looked_at)


def _export(route: Route, looked_at: mapping.LookedAt) -> mapping.Exporter:
    return mapping.load_export(str(route.mapping), variables=route.variables, looked_at=looked_at)
