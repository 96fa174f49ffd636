"""What a configuration may hold, part by part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from adapters import late, logs
from adapters.config.address import Address, is_loopback
from adapters.config.console import Console
from adapters.errors import Problem
from adapters.listening import host_and_port
from adapters.mapping.document import When
from adapters.model import Encoding, Format, Spec
from adapters.settings import ByType, Duration, Expected, Field, Settings, Size, model_validator, placed
from adapters.sinks import SINKS
from adapters.sinks.contract import SinkSettings
from adapters.sources import SOURCES
from adapters.sources.contract import Instance, SourceSettings
from adapters.yamlfile import Location, YamlFile

if TYPE_CHECKING:
    from adapters.sinks.otlp.endpoint import MetricsEndpoint
    from adapters.standby.settings import Standby
else:
    MetricsEndpoint = late.settings("adapters.sinks.otlp.endpoint", "MetricsEndpoint")
    Standby = late.settings("adapters.standby.settings", "Standby")

Name = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$"), Expected("a name of at most 63 small letters, digits, - and _")
]
"""What a source, sink, route or shadow is called in the journal, in logs and in metrics."""


class Server(Settings):
    """The HTTP server that all webhooks share; `drain` is how long a stop may take to publish what was heard.

    With `admin`, health and metrics are there, and are not where the webhooks are.
    """

    listen: Address = "127.0.0.1:8080"
    admin: Address | None = None
    drain: Duration = 10.0

    @model_validator(mode="after")
    def _is_another(self) -> Self:
        if self.admin == self.listen and host_and_port(self.listen)[1]:
            raise placed("expected another address than that of 'listen': leave it out for the same one", ("admin",))
        return self

    @property
    def address(self) -> tuple[str, int]:
        """The host, without brackets, and the port."""
        return host_and_port(self.listen)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach its webhooks."""
        return is_loopback(self.address[0])


class Journal(Settings):
    """The durable log: beyond `max_size` it takes nothing more; what all routes have passed is kept for `keep`."""

    path: Path = Path("var/journal.db")
    max_size: Annotated[Size, Field(gt=0)] = 1 << 30
    keep: Duration = 7 * 86400.0


class Log(Settings):
    """`auto` is lines for people on a terminal, JSON otherwise."""

    level: logs.Level = "info"
    format: logs.Format = "auto"


class Metrics(Settings):
    """Who is told the metrics that `/metrics` has."""

    otlp: MetricsEndpoint | None = None


class Route(Settings):
    """From the journal to one sink; of all sources, unless `sources` says of which.

    `batch` records are published together, and `in_flight` batches may be under way at once where the sink can do that.
    `types` are the CDEvents it publishes, all unless told: `change.merged`, `pipelinerun.*`, `dev.cdeventsx.*`; `when`
    is a condition on what is in them, or in what the tool said. With `correlation`, they have CloudEvents' extension of
    this name. Custom ones name their JSON Schema in the folder `schemas`, a URL. A `mapped` route makes messages of
    them by an export mapping, with variables; they are bare, unless `encoding` says otherwise.

    Of a `legacy` route, `relay` says that another adapter is to translate what it publishes, and `key` by which of the
    tool's words that keeps its order: `${build.full_url}`.
    """

    format: Format
    sink: str
    mapping: str | None = None
    variables: dict[str, Any] = {}
    encoding: Encoding = Encoding.STRUCTURED
    sources: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    when: When = {}
    spec: Spec = Spec.V0_5_1
    schemas: Instance | None = None
    relay: bool = False
    key: str | None = None
    correlation: bool = False
    batch: Annotated[int, Field(gt=0, le=10_000)] = 100
    in_flight: Annotated[int, Field(gt=0, le=100)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        mapped = isinstance(value, dict) and value.get("format") == Format.MAPPED
        return {"encoding": Encoding.RAW, **value} if mapped else value


class Shadow(Settings):
    """Another mapping of a source, tried on what it says: nothing is published, differences are logged and counted.

    Without `variables` it has those of the source.
    """

    source: str
    mapping: str
    variables: dict[str, Any] | None = None


class Config(Settings):
    """All of it.

    `cores` is how many processor cores it may use, all that there are unless told. With a second one, another process
    helps while there is a backlog.
    """

    cores: Annotated[int, Field(gt=0)] | None = None
    server: Server = Server()
    journal: Journal = Journal()
    log: Log = Log()
    metrics: Metrics = Metrics()
    console: Console = Console()
    standby: Standby | None = None
    sources: Annotated[
        dict[Name, Annotated[SourceSettings, ByType({name: each.model for name, each in SOURCES.items()})]],
        Field(min_length=1),
    ]
    sinks: dict[Name, Annotated[SinkSettings, ByType({name: each.model for name, each in SINKS.items()})]] = {}
    routes: dict[Name, Route] = {}
    shadows: dict[Name, Shadow] = {}

    _file: YamlFile = YamlFile("", None, {})

    def written(self, file: YamlFile) -> None:
        """Says in which file it is written; what is in that, secrets and all, is not kept."""
        self._file = YamlFile(file.name, None, file.marks)

    @property
    def file(self) -> str:
        """The name of the file, empty where there is none."""
        return self._file.name

    def problem(self, at: Location, message: str, hint: str = "") -> Problem:
        """A problem at a place of the file, or at its dotted name where there is no file."""
        found = self._file.problem(at, message, hint)
        return found if found.where else Problem(".".join(map(str, at)), message, hint)

    def origin(self, at: Location) -> str:
        """Where a value is from: a place in the file, or a variable of the environment; empty where nothing says it."""
        return str(self._file.marks.get(at, ""))

    @property
    def variables(self) -> list[str]:
        """The variables of the environment that say something."""
        return sorted({mark.file for mark in self._file.marks.values() if not mark.line})

    def placed(self, translated: str, at: Location, message: str, hint: str) -> Problem:
        """A problem in one of those that are `translated`."""
        shadow = translated.removeprefix(candidate(""))
        place = ("sources", translated) if shadow == translated else ("shadows", shadow)
        return self.problem((*place, *at), message, hint)

    def translated(self) -> dict[str, SourceSettings]:
        """Every source by its name, and as `candidate(name)` what the source of each shadow would be."""
        return {**self.sources, **{candidate(name): self._candidate(each) for name, each in self.shadows.items()}}

    def ends(self, route: Route) -> bool:
        """Whether CDEvents go no further, also not those that others made: into an action, a store, another's words."""
        return route.format is Format.MAPPED or SINKS[self.sinks[route.sink].type].ends

    def shared(self) -> tuple[str, ...]:
        """The sources that only one of several sidecars hears, by name."""
        if self.standby is None:
            return ()
        return self.standby.sources or tuple(name for name, each in self.sources.items() if each.single)

    def acts(self, route: Route) -> bool:
        """Whether one of its routes ends in an action."""
        return SINKS[self.sinks[route.sink].type].acts

    def _candidate(self, shadow: Shadow) -> SourceSettings:
        source = self.sources[shadow.source]
        variables = source.variables if shadow.variables is None else shadow.variables
        return source.model_copy(update={"mapping": shadow.mapping, "variables": variables})


def candidate(shadow: str) -> str:
    """What the mapping that a shadow tries is loaded as; no source has such a name."""
    return f"shadow {shadow}"
