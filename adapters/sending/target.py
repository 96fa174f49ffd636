"""Where single events go: as a route of a configuration says, or to one place that is named."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from adapters.config import Config
from adapters.errors import ConfigError, Problem
from adapters.model import Encoding, Format, Spec
from adapters.sending.outbox import Outbox
from adapters.settings import told
from adapters.sinks import SINKS, Sink, SinkSettings

OUTBOX = Path("var/outbox")
"""Where messages are kept without a configuration, for each place in a folder of its own."""


@dataclass(frozen=True, slots=True)
class Target:
    """A sink by its settings, what is sent to it, and where that waits."""

    settings: SinkSettings
    outbox: Outbox
    spec: Spec = Spec.V0_5_1
    encoding: Encoding = Encoding.STRUCTURED

    def sink(self) -> Sink:
        """The sink; raises ConfigError where it cannot be made."""
        return SINKS[self.settings.type].build(self.settings)


def of_route(config: Config, name: str | None, outbox: Path | None = None) -> Target:
    """As a route publishes CDEvents: the one that is named, or the only one; what waits is in a folder of `outbox`.

    Raises ConfigError.
    """
    routes = {
        each: route
        for each, route in config.routes.items()
        if route.format is Format.CDEVENTS and not SINKS[config.sinks[route.sink].type].ends
    }
    if name not in routes and (name is not None or len(routes) != 1):
        there = f"there are {', '.join(routes)}" if routes else "there is none"
        message = f"no route '{name}' publishes CDEvents" if name else "which route is meant is not said"
        raise ConfigError([Problem(config.file, message, f"--route names one: {there}")])
    chosen = name or next(iter(routes))
    route = routes[chosen]
    kept = Outbox((outbox or config.journal.path.parent / "outbox") / chosen)
    return Target(config.sinks[route.sink], kept, route.spec, route.encoding)


def to(where: str, outbox: Path = OUTBOX) -> Target:
    """To an http(s) URL, to a file of lines, or with `-` to the standard output. Raises ConfigError."""
    given = {"type": "stdout"} if where == "-" else {"type": "file", "path": where}
    if where.lower().startswith(("http://", "https://")):
        given = {"type": "http", "url": where}
    elif "://" in where or not where:
        raise ConfigError([Problem("--to", "is no http(s) URL, no file, and not -")])
    try:
        settings = SINKS[given["type"]].settings.model_validate(given)
    except ValueError as error:
        raise ConfigError([Problem("--to", told(error)[0]["msg"])]) from None
    return Target(settings, Outbox(outbox / hashlib.sha256(where.encode()).hexdigest()[:12]))
