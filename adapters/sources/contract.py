"""What a source is, what it is given, and what every source's settings have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Protocol, Self, runtime_checkable
from urllib.parse import urlsplit

from adapters import late
from adapters.answers import Route
from adapters.mapping.translator import Translator
from adapters.metrics import Metrics
from adapters.model import Receive
from adapters.settings import AfterValidator, Field, Settings, model_validator
from adapters.sources.pulse import Pulse
from adapters.urls import public

if TYPE_CHECKING:
    from adapters.sources.redaction.settings import Redaction
    from adapters.sources.registry.settings import RegistryApi
else:
    Redaction = late.settings("adapters.sources.redaction.settings", "Redaction")
    RegistryApi = late.settings("adapters.sources.registry.settings", "RegistryApi")


def _absolute_uri(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port  # which raises for what is none
    except ValueError:
        parts = urlsplit("")
    if not parts.scheme or not (parts.netloc or parts.path) or any(character.isspace() for character in value):
        raise ValueError("expected the tool's absolute URL, such as https://jenkins.example.com/")
    if "@" in parts.netloc:
        raise ValueError("expected a URL without a user name or password: it is published with every event")
    if public(value) != value:
        raise ValueError("expected a URL without a secret in its query: it is published with every event")
    return value


Instance = Annotated[str, AfterValidator(_absolute_uri), Field(json_schema_extra={"format": "uri"})]


class SourceSettings(Settings):
    """What every source has.

    `instance` is the absolute URL of the tool, the `context.source` of all its CDEvents. `mapping` is a shipped name
    (`jenkins/notification`) or a path; a source without one has nothing but legacy events. `variables` are the
    mapping's own. `registry` is asked about the images that its notifications are about. `redact` is what is left out
    of them before they are kept.
    """

    type: str
    instance: Instance
    mapping: str | None = None
    variables: dict[str, Any] = {}
    registry: RegistryApi | None = None
    redact: Redaction | None = None

    @classmethod
    def shaped(cls) -> Collection[str]:
        """The settings with `${...}` of what it hears."""
        return ()

    @property
    def hears_cdevents(self) -> bool:
        """Whether what it hears are CDEvents, made by others, and not what a tool says."""
        return False

    @property
    def waits(self) -> bool:
        """Whether what it hands over is taken only when each route has passed it."""
        return False

    @property
    def single(self) -> bool:
        """Whether one of several replicas is enough: it asks a tool itself, and two would hear the same."""
        return False

    @property
    def headless(self) -> bool:
        """Whether it brings the lines of files one by one, and so without the header of their columns."""
        return False


class CDEventsOrToolSettings(SourceSettings):
    """What a source also has that hears either.

    With `cdevents` it hears CDEvents and nothing else, for actions. Each has a source of its own and is what it is:
    there is no `instance`, and nothing to map.
    """

    model_config = {"json_schema_extra": {"anyOf": [{"required": ["instance"]}, {"required": ["cdevents"]}]}}

    instance: Instance = ""
    cdevents: bool = False

    @property
    def hears_cdevents(self) -> bool:
        """As in SourceSettings."""
        return self.cdevents

    @model_validator(mode="after")
    def _either(self) -> Self:
        if not (self.cdevents or self.instance):
            raise ValueError("'instance' is missing: the tool's absolute URL, such as https://jenkins.example.com/")
        of_tools = [name for name in ("instance", "mapping", "variables", "registry") if getattr(self, name)]
        if self.cdevents and of_tools:
            raise ValueError(f"'{of_tools[0]}' is for what a tool says: leave it out, CDEvents are what they are")
        return self


class Source(Protocol):
    """Listens on its own: a tail, a stream, a poll."""

    async def run(self, receive: Receive) -> None:
        """Hear, and hand over, until cancelled; a return or an exception takes the process down."""


@runtime_checkable
class Mounted(Protocol):
    """Is listened to through the HTTP server that all such sources share."""

    def routes(self, receive: Receive) -> Sequence[Route]:
        """What to serve; every path in it is this source's alone."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a source is given to live with.

    `translator` answers with its mapping as it is now (None: it has none), for mappings are reloaded while it runs.
    `cdevents` says that it hears CDEvents, and not what a tool says.
    `checkpoints` is how far it had read each of its inputs. `clock` is aware, in UTC. `pulse` is where a source that
    listens on its own says that it comes on. `spare` is how many processor cores there are
    beside the one that this process computes on.
    """

    name: str
    translator: Callable[[], Translator | None]
    checkpoints: Mapping[str, str]
    metrics: Metrics
    clock: Callable[[], datetime]
    cdevents: bool = False
    pulse: Pulse = field(default_factory=Pulse)
    spare: float = 0
