"""The configuration of a sidecar: what it may hold, and reading it with every problem found.

The models are the reference: `load` and the JSON Schema that editors use both follow from them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator

from adapters import logs, yamlfile
from adapters.cdevents.members import members
from adapters.cdevents.selection import possible
from adapters.cdevents.vocabulary import EVENTS
from adapters.errors import ConfigError
from adapters.mapping import when
from adapters.mapping.document import When
from adapters.model import Encoding, Format, Spec
from adapters.secrets import resolve
from adapters.settings import ByType, Duration, Settings, Size
from adapters.sinks import SINKS
from adapters.sinks.contract import SinkSettings
from adapters.sources import SOURCES
from adapters.sources.contract import SourceSettings
from adapters.sources.webhook import WebhookSettings
from adapters.yamlfile import Location, suggestion

RESERVED = frozenset({"/healthz", "/readyz", "/metrics"})
"""The paths that the server answers itself."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""What a source, sink or route is called in the journal, in logs and in metrics."""

Finding = tuple[Location, str, str]
"""Where something is wrong, what is, and what to do."""

_LAST_PORT = 65535


class Server(Settings):
    """The HTTP server that all webhooks share; `drain` is how long a stop may take to publish what was heard."""

    listen: str = "127.0.0.1:8080"
    drain: Duration = 10.0

    @field_validator("listen")
    @classmethod
    def _has_host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not (host and port.isascii() and port.isdigit() and int(port) <= _LAST_PORT):
            raise ValueError("expected host:port, such as 127.0.0.1:8080 or [::1]:8080")
        return value

    @property
    def address(self) -> tuple[str, int]:
        """The host, without brackets, and the port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        host, _ = self.address
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


class Journal(Settings):
    """The durable log: beyond `max_size` it takes nothing more; what all routes have passed is kept for `keep`."""

    path: Path = Path("var/journal.db")
    max_size: Annotated[Size, Field(gt=0)] = 1 << 30
    keep: Duration = 7 * 86400.0


class Log(Settings):
    """`auto` is lines for people on a terminal, JSON otherwise."""

    level: logs.Level = "info"
    format: logs.Format = "auto"


class Route(Settings):
    """From the journal to one sink; of all sources, unless `sources` says of which.

    `batch` records are published together, and `in_flight` batches may be under way at once where the sink can do that.
    `types` are the CDEvents it publishes, all unless told: `change.merged`, `pipelinerun.*`, `dev.cdeventsx.*`; `when`
    is a condition on what is in them, or in what the tool said.
    """

    format: Format
    sink: str
    encoding: Encoding = Encoding.STRUCTURED
    sources: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    when: When = {}
    spec: Spec = Spec.V0_5_1
    batch: Annotated[int, Field(gt=0, le=10_000)] = 100
    in_flight: Annotated[int, Field(gt=0, le=100)] | None = None


class Shadow(Settings):
    """Another mapping of a source, tried on what it says: nothing is published, differences are logged and counted.

    Without `variables` it has those of the source.
    """

    source: str
    mapping: str
    variables: dict[str, Any] | None = None


class Config(Settings):
    """All of it."""

    server: Server = Server()
    journal: Journal = Journal()
    log: Log = Log()
    sources: Annotated[
        dict[Name, Annotated[SourceSettings, ByType({name: each.settings for name, each in SOURCES.items()})]],
        Field(min_length=1),
    ]
    sinks: dict[Name, Annotated[SinkSettings, ByType({name: each.settings for name, each in SINKS.items()})]] = {}
    routes: dict[Name, Route] = {}
    shadows: dict[Name, Shadow] = {}

    def translated(self) -> dict[str, SourceSettings]:
        """Every source by its name, and as `candidate(name)` what the source of each shadow would be."""
        return {**self.sources, **{candidate(name): self._candidate(each) for name, each in self.shadows.items()}}

    def _candidate(self, shadow: Shadow) -> SourceSettings:
        source = self.sources[shadow.source]
        variables = source.variables if shadow.variables is None else shadow.variables
        return source.model_copy(update={"mapping": shadow.mapping, "variables": variables})


def candidate(shadow: str) -> str:
    """What the mapping that a shadow tries is loaded as; no source has such a name."""
    return f"shadow {shadow}"


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration in a file; raises ConfigError with every problem, each at its `file:line:column`."""
    file, problems = resolve(yamlfile.load(path), environ)
    try:
        config = file.validate(Config)
        problems += [file.problem(*finding) for finding in findings(config)]
    except ConfigError as error:
        known = {problem.where for problem in problems}
        problems += [problem for problem in error.problems if problem.where not in known]
    if problems:
        raise ConfigError(problems)
    return config


def schema() -> dict[str, Any]:
    """The JSON Schema of a configuration, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Config.model_json_schema()}


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong between the parts of a configuration that are each well formed."""
    yield from _webhooks(config)
    for name, route in config.routes.items():
        yield from _sink(config, ("routes", name), route)
        yield from _sources(config, ("routes", name), route)
        yield from _types(("routes", name, "types"), route)
        yield from _when(("routes", name, "when"), route)
    yield from _shadows(config)


def _shadows(config: Config) -> Iterator[Finding]:
    for name, shadow in config.shadows.items():
        at = ("shadows", name)
        if name in config.routes:
            yield at, "there is a route of this name", "give it another: a shadow has a place of its own in the journal"
        if shadow.source not in config.sources:
            yield (*at, "source"), f"there is no source '{shadow.source}'", suggestion(shadow.source, config.sources)
        elif config.sources[shadow.source].mapping is None:
            yield (*at, "source"), f"the source '{shadow.source}' has no mapping to compare with", "give it one"


def _webhooks(config: Config) -> Iterator[Finding]:
    paths = dict.fromkeys(RESERVED, "the server itself")
    for name, source in config.sources.items():
        if not isinstance(source, WebhookSettings):
            continue
        if (owner := paths.setdefault(source.path, name)) != name:
            yield ("sources", name, "path"), f"this is the path of {owner}", "give each webhook a path of its own"
        if source.auth is None and not config.server.loopback:
            hint = "add an auth, or write 'auth: none' where the network is trusted"
            yield ("sources", name), f"anybody can post to it: the server listens on {config.server.listen}", hint


def _sink(config: Config, at: Location, route: Route) -> Iterator[Finding]:
    if (sink := config.sinks.get(route.sink)) is None:
        yield (*at, "sink"), f"there is no sink '{route.sink}'", suggestion(route.sink, config.sinks)
    elif route.encoding not in (encodings := SINKS[sink.type].encodings):
        yield (
            (*at, "encoding"),
            f"a {sink.type} sink cannot do '{route.encoding}'",
            f"it can do {', '.join(sorted(encodings))}",
        )
    elif (route.in_flight or 1) > 1 and SINKS[sink.type].in_flight == 1:
        yield (*at, "in_flight"), f"a {sink.type} sink takes one batch after the other", "leave it out"


def _sources(config: Config, at: Location, route: Route) -> Iterator[Finding]:
    for index, name in enumerate(route.sources or ()):
        if name not in config.sources:
            yield (*at, "sources", index), f"there is no source '{name}'", suggestion(name, config.sources)
    if route.format is Format.CDEVENTS:
        for name in config.sources if route.sources is None else route.sources:
            if name in config.sources and config.sources[name].mapping is None:
                yield at, f"the source '{name}' has no mapping", "give it one, or list this route's sources without it"


def _types(at: Location, route: Route) -> Iterator[Finding]:
    if route.types is not None and route.format is Format.LEGACY:
        yield at, "a legacy route has no types to choose from", "leave it out, or choose by sources"
        return
    for index, pattern in enumerate(route.types or ()):
        if not possible(pattern):
            hint = suggestion(pattern, EVENTS) or "write names such as pipelinerun.finished or change.*"
            yield (*at, index), f"there is no CDEvent '{pattern}'", hint


def _when(at: Location, route: Route) -> Iterator[Finding]:
    known = members(route.spec, route.types) if route.format is Format.CDEVENTS else None
    for inner, message, hint in when.findings(route.when, known):
        yield (*at, *inner), message, hint
