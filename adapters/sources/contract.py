"""What a source is, what it is given, and what every source's settings have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from starlette.routing import BaseRoute

from adapters.mapping.translator import Translator
from adapters.metrics import Metrics
from adapters.model import Receive
from adapters.settings import Settings
from adapters.sources.registry.settings import RegistryApi


def _absolute_uri(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if not parts.scheme or not (parts.netloc or parts.path) or any(character.isspace() for character in value):
        raise ValueError("expected the tool's absolute URL, such as https://jenkins.example.com/")
    if "@" in parts.netloc:
        raise ValueError("expected a URL without a user name or password: it is published with every event")
    return value


class SourceSettings(Settings):
    """What every source has.

    `instance` is the absolute URL of the tool, the `context.source` of all its CDEvents. `mapping` is a shipped name
    (`jenkins/notification`) or a path; a source without one has nothing but legacy events. `variables` are the
    mapping's own. `registry` is where the labels of images are looked up that its notifications are about.
    """

    type: str
    instance: Annotated[str, AfterValidator(_absolute_uri), Field(json_schema_extra={"format": "uri"})]
    mapping: str | None = None
    variables: dict[str, Any] = {}
    registry: RegistryApi | None = None


class Source(Protocol):
    """Listens on its own: a tail, a stream, a poll."""

    async def run(self, receive: Receive) -> None:
        """Hear, and hand over, until cancelled; a return or an exception takes the process down."""


@runtime_checkable
class Mounted(Protocol):
    """Is listened to through the HTTP server that all such sources share."""

    def routes(self, receive: Receive) -> Sequence[BaseRoute]:
        """What to serve; every path in it is this source's alone."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a source is given to live with.

    `translator` answers with its mapping as it is now (None: it has none), for mappings are reloaded while it runs.
    `checkpoints` is how far it had read each of its inputs. `clock` is aware, in UTC.
    """

    name: str
    translator: Callable[[], Translator | None]
    checkpoints: Mapping[str, str]
    metrics: Metrics
    clock: Callable[[], datetime]
