"""The parts of one sidecar, built from its configuration and connected to one another."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

import structlog

from adapters import answers, config
from adapters.aside import Aside, planned, rendering
from adapters.child.cores import spare
from adapters.config import Config
from adapters.errors import ConfigError, Problem, Together
from adapters.extras import need
from adapters.journal import Journal, RouteLog
from adapters.late import late
from adapters.metrics import Metrics
from adapters.model import Checkpoint, Format, Notification, Receive
from adapters.redaction import redaction
from adapters.route import (
    Foresight,
    Here,
    Large,
    Lent,
    Remembered,
    Route,
    Turns,
    origins,
    renderer,
    shadow,
)
from adapters.sinks import SINKS
from adapters.sources import SOURCES
from adapters.sources.contract import Context, Mounted, Source, SourceSettings
from adapters.sources.joining.memory import OWNER
from adapters.sources.joining.receiving import Joining
from adapters.sources.pulse import Pulse
from adapters.sources.redaction.receiving import redacted
from adapters.sources.stalls import Stalls
from adapters.translators import Exporters, Translators

if TYPE_CHECKING:
    from adapters.sinks.otlp.endpoint import MetricsEndpoint
    from adapters.standby.candidate import Candidate

_log = structlog.get_logger(__name__)
_DRAFT = "a draft of CDEvents is published, which may change until it is released"

Part = TypeVar("Part")
Built = TypeVar("Built")

_exporter = late("adapters.telemetry.exporting", "Exporter")
_leadership = late("adapters.standby.assembling", "leadership")
_leading = late("adapters.standby.candidate", "Candidate")
_looked_up = late("adapters.sources.registry.lookup", "looked_up")


class Exporter(Protocol):
    """What tells metrics to others."""

    async def run(self) -> None:
        """Runs until it is cancelled."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Sidecar:
    """Sinks, routes and sources around one journal, by name; none of them runs yet.

    `answering` is how many wait to be answered: who posts something, and not who reads what is there anyway.
    """

    def __init__(self, settings: Config, journal: Journal) -> None:
        """Raises ConfigError when a mapping cannot be loaded or a sink not be built."""
        self.settings = settings
        self.journal = journal
        self.metrics = Metrics()
        self.metrics.watch(
            lambda: journal.status(settings.routes), journal.size, shadows=lambda: journal.status(settings.shadows)
        )
        self._pulses = {name: Pulse() for name in settings.sources}
        together = Together()
        with together:
            self.translators = Translators(settings.translated(), settings.placed)
        with together:
            self.exports = Exporters(settings.routes, settings.problem)
        self._translate = Remembered()
        self._foresight = Foresight(self._translate, lambda: (self.translators.revision, self.exports.revision))
        self._large = Large()
        self._spare = spare(settings.cores)
        self.answering = 0
        self._turns = Turns(lambda: self.answering > 0)
        self._redact = redaction(settings)
        self.sinks = _built("sinks", settings, together, settings.sinks, lambda _, each: SINKS[each.type].build(each))
        self.sources = _built("sources", settings, together, settings.sources, self._source)
        exporting = {"otlp": settings.metrics.otlp} if settings.metrics.otlp else {}
        self.exporters = _built("metrics", settings, together, exporting, self._exporter)
        self.standby = self._candidate(together)
        together.check()
        self._joining = Joining(
            journal.checkpoints(OWNER),
            {name: partial(self.translators.current, name) for name in settings.sources},
            frozenset(name for name, each in settings.sources.items() if each.hears_cdevents),
        )
        self._lent = {
            name: Lent(journal, name, lambda: self.routes) for name, each in settings.sources.items() if each.waits
        }
        self.aside = self._aside()
        self._origins = origins(settings.sources, self.translators.current)
        _say_what_is_a_draft(settings)
        self.routes = {name: self._route(name, each) for name, each in settings.routes.items()}
        self.shadows = {name: self._shadow(name, each) for name, each in settings.shadows.items()}
        self.stalls = Stalls({name: self._pulses[name] for name in self.listening()})
        self.metrics.stalls(self.stalls.seconds)

    def receiver(self, source: str) -> Receive:
        """What a source hands its notifications to."""
        pulse, settings = self._pulses[source], self.settings.sources[source]
        append = standby.append if (standby := self._standby(source)) else self.journal.append
        keep = self._lent[source].passed if source in self._lent else append
        answers = isinstance(self.sources[source], Mounted)

        async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
            with pulse.idle():
                if self.journal.quiet and source not in self._lent:  # what is lent is another notification in the log
                    translator, next_ = self.translators.current(source), self.journal.last + 1
                    asyncio.get_running_loop().call_soon(self._foresight.see, translator, next_, notifications)
                self.answering += answers
                try:
                    await keep(notifications, checkpoints)
                finally:
                    self.answering -= answers
                self.metrics.received(source, len(notifications))

        kept = self._joining.receiver(receive, source)
        if settings.registry is not None:
            kept = _looked_up(kept, source, settings.registry, lambda: self.translators.current(source))
        return redacted(kept, settings.redact, lambda: self.translators.current(source))

    async def hear(self, source: str) -> None:
        """Runs a source that listens on its own; one that only one of several hears, whenever it is this one."""
        if standby := self._standby(source):
            await standby.leading(lambda: self._begun(source).run(self.receiver(source)), self._pulses[source])
        else:
            await self.listening()[source].run(self.receiver(source))

    async def take_back(self) -> None:
        """Leaves to the brokers what they still have of what was handed over before this start."""
        for lent in self._lent.values():
            await lent.take_back()

    def listening(self) -> dict[str, Source]:
        """The sources that listen on their own."""
        return {name: source for name, source in self.sources.items() if not isinstance(source, Mounted)}

    def mounts(self) -> Iterator[answers.Route]:
        """What the HTTP server serves for the sources that are listened to through it."""
        for name, source in self.sources.items():
            if isinstance(source, Mounted):
                yield from source.routes(self.receiver(name))

    def _candidate(self, together: Together) -> Candidate | None:
        decides = self.settings.standby.decides if self.settings.standby else {}
        instances = {name: self.settings.sources[name].instance for name in self.settings.shared()}
        made = _built("standby", self.settings, together, decides, lambda _, each: _leadership(each, instances))
        for each in made.values():
            found: Candidate = _leading(each, self.journal, instances)
            self.metrics.leaders(found.leaders)
            return found
        return None

    def _standby(self, source: str) -> Candidate | None:
        return self.standby if source in self.settings.shared() else None

    def _begun(self, name: str) -> Source:
        """A source anew, from where it stands by now."""
        return cast("Source", self._source(name, self.settings.sources[name]))

    def _route(self, name: str, settings: config.Route) -> Route:
        ends = self.settings.ends(settings)
        render = rendering(settings, self._origins, lambda: self.exports[name], ends=ends, translate=self._translate)
        return Route(
            name,
            RouteLog(self.journal, name),
            self._foresight.of(render),
            self.sinks[settings.sink],
            self.metrics,
            batch=settings.batch,
            in_flight=settings.in_flight or SINKS[self.settings.sinks[settings.sink].type].in_flight,
            large=self._large,
            turns=self._turns,
            redact=self._redact,
            waiting=lambda: self.journal.waiting(name),
            aside=self.aside or Here(),
        )

    def _shadow(self, name: str, settings: config.Shadow) -> Route:
        tried = origins(self.settings.sources, lambda _: self.translators.current(config.candidate(name)))
        old, new = (renderer(each, format_=Format.CDEVENTS) for each in (self._origins, tried))
        return shadow(name, settings.source, self.journal, self.metrics, old=old, new=new)

    def _aside(self) -> Aside | None:
        """Where there is another core for it."""
        return Aside(planned(self.settings), self.translators, self.exports) if self._spare >= 1 else None

    def _exporter(self, _name: str, endpoint: MetricsEndpoint) -> Exporter:
        need("otlp", "opentelemetry.proto")
        instance = f"{socket.gethostname()} {self.settings.journal.path.absolute()}"
        exporter: Exporter = _exporter(endpoint, self.metrics.registry, instance)
        return exporter

    def _source(self, name: str, settings: SourceSettings) -> Source | Mounted:
        context = Context(
            name=name,
            translator=lambda: self.translators.current(name),
            checkpoints=self.journal.checkpoints(name),
            metrics=self.metrics,
            clock=_utc_now,
            cdevents=settings.hears_cdevents,
            pulse=self._pulses[name],
            spare=self._spare,
        )
        return SOURCES[settings.type].build(settings, context)


def _say_what_is_a_draft(settings: Config) -> None:
    for name, route in settings.routes.items():
        if route.spec.experimental:
            _log.warning(_DRAFT, route=name, spec=route.spec)


def _built(
    kind: str, settings: Config, together: Together, parts: Mapping[str, Part], build: Callable[[str, Part], Built]
) -> dict[str, Built]:
    """What can be built of the parts of a kind; `together` gets the problems of the others.

    Each is at its part, or where that has what the problem names as its place.
    """
    built: dict[str, Built] = {}
    for name, part in parts.items():
        with together:
            try:
                built[name] = build(name, part)
            except ConfigError as error:
                raise ConfigError(
                    [
                        settings.problem((kind, name, *_in(part, each)), each.message, each.hint)
                        for each in error.problems
                    ]
                ) from None
    return built


def _in(part: object, problem: Problem) -> Sequence[str]:
    return [problem.where] if hasattr(part, problem.where) else []


@asynccontextmanager
async def assembled(settings: Config) -> AsyncIterator[Sidecar]:
    """A sidecar on its journal, both closed at the end; raises ConfigError or JournalUnavailable."""
    async with AsyncExitStack() as stack:
        journal = Journal(settings.journal.path, max_bytes=settings.journal.max_size, routes=settings.routes)
        stack.push_async_callback(journal.aclose)
        sidecar = Sidecar(settings, journal)
        for sink in sidecar.sinks.values():
            stack.push_async_callback(sink.aclose)
        if sidecar.aside is not None:
            stack.push_async_callback(sidecar.aside.aclose)
        await sidecar.take_back()
        yield sidecar
