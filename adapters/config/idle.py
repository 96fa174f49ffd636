"""What of a configuration leads nowhere: nothing is wrong with it, but it is hardly meant."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.config.models import Config
from adapters.yamlfile import Finding


def idle(config: Config) -> Iterator[Finding]:
    """Sinks that nothing reaches, and sources of which nothing is published."""
    for name in config.sinks:
        if all(route.sink != name for route in config.routes.values()):
            yield ("sinks", name), f"no route leads to the sink '{name}'", "add one, or leave the sink out"
    for name in config.sources:
        heard = any(route.sources is None or name in route.sources for route in config.routes.values())
        if config.routes and not heard and all(shadow.source != name for shadow in config.shadows.values()):
            yield ("sources", name), f"no route publishes what '{name}' hears", "add it to the `sources` of one"


def unordered(config: Config) -> Iterator[Finding]:
    """Sources that keep no order among several replicas, whatever is set."""
    for name, source in config.sources.items():
        if source.type == "mqtt":
            hint = "run one, or let another broker carry it: see docs/high-availability.md"
            yield (
                ("sources", name),
                f"replicas of '{name}' keep no order: MQTT gives each message to any",
                hint,
            )


def routeless(config: Config) -> Iterator[Finding]:
    """That nothing is published at all."""
    if not config.routes:
        what = "no sinks and no routes" if not config.sinks else "no routes"
        hint = "add a sink, and a route of format legacy and one of format cdevents that lead to it"
        yield ("routes",), f"there are {what}: what is heard is kept, and published nowhere", hint
