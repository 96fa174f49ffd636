"""Replays an archive: the same route as the service's, over another log, to any sink."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from adapters.aside import Aside, planned, rendering
from adapters.child.cores import spare
from adapters.config import Config
from adapters.journal.lock import locked
from adapters.mapping import Framing, Translator
from adapters.metrics import Metrics
from adapters.model import Message
from adapters.redaction import redaction
from adapters.replay.archive import Home, archive, share
from adapters.replay.home import builds
from adapters.replay.log import ArchiveLog, State
from adapters.replay.outcome import Outcomes, counting
from adapters.replay.plan import Progress, Replay, Report
from adapters.route import Here, Route, origins
from adapters.route.rendered import Render, Rendered
from adapters.sinks import SINKS, Sink
from adapters.sources.jenkins_home.settings import JenkinsHomeSettings
from adapters.sources.redaction.receiving import left_out
from adapters.sources.redaction.redactor import Redact, redactor
from adapters.sources.tail.settings import framing
from adapters.translators import Exporters, Translators

BATCH = 500

_Current = Callable[[str], Translator | None]
"""The mapping of a source, None where it has none."""


async def replay(plan: Replay, report: Report) -> Progress:
    """Publishes the archive, from where an interrupted replay left off; `report` is called as it goes.

    What was done `once` is not done again, unless it has changed since. Raises ConfigError when it cannot begin. When
    it is cancelled, its checkpoint says where to go on. Raises JournalUnavailable when another process is at it.
    """
    with locked(plan.state.with_suffix(".lock"), "checkpoint") if plan.once else nullcontext():
        return await _replayed(plan, report)


async def _replayed(plan: Replay, report: Report) -> Progress:
    state, mappings = State(plan.state), Translators(plan.config.sources, plan.config.placed)
    exports = Exporters({plan.route: plan.config.routes[plan.route]}, plan.config.problem)
    current = mappings.current
    units = share(
        archive(plan.inputs, _framing(plan, current), _of_home(plan), plan.source if plan.only else ""), plan.shard
    )
    if plan.fresh:
        state.forget(dead_letters=True, passed=True)
    found, passed, digest = state.load(), state.passed(), plan.digest(units)
    if found is not None and found.done == digest:
        return Progress(records=found.records, parked=found.parked, resumed=found.records, over=True)
    if found is None or found.done:
        state.forget(dead_letters=not passed, passed=False)
    left = plan.left(units, passed, amid=found is not None and found.version != "")
    log = ArchiveLog(
        left, plan.source, state, _redact(plan.config, current), plan.token, rate=plan.rate, sleep=asyncio.sleep
    )
    progress = Progress(total=log.total, resumed=log.records)
    sink = _Tally(_sink(plan), log, progress, report)
    aside = _aside(plan, mappings, exports)
    try:
        route = Route(
            plan.route,
            log,
            _render(plan, mappings, exports, progress.outcomes),
            sink,
            Metrics(),
            batch=BATCH,
            redact=redaction(plan.config),
            aside=aside or Here(),
        )
        route.drain()
        await route.run()
    except BaseException:
        log.save()
        raise
    finally:
        if aside is not None:
            await aside.aclose()
        await sink.aclose()
    sink.count()
    if plan.once and not progress.strange:
        log.finish(digest)
    else:
        state.forget(dead_letters=False, passed=True)
    return progress


class _Tally:
    """A sink that counts what another one takes."""

    def __init__(self, sink: Sink | None, log: ArchiveLog, progress: Progress, report: Report) -> None:
        self._sink, self._log, self._progress, self._report = sink, log, progress, report

    async def publish(self, batch: Sequence[Message]) -> None:
        if self._sink is not None:
            await self._sink.publish(batch)
        self._progress.events.update(message.attributes["type"] for message in batch)
        self.count()

    async def aclose(self) -> None:
        if self._sink is not None:
            await self._sink.aclose()

    def count(self) -> None:
        self._progress.done, self._progress.records = self._log.done, self._log.records
        self._progress.parked = self._log.parked
        self._report(self._progress)


def _sink(plan: Replay) -> Sink | None:
    if plan.dry_run:
        return None
    settings = plan.config.sinks[plan.config.routes[plan.route].sink]
    return SINKS[settings.type].build(settings)


def _redact(config: Config, current: _Current) -> Redact:
    """Each notification as its source would have it: a journal is of several."""
    redacts = {name: left_out(redactor(source.redact), current(name)) for name, source in config.sources.items()}
    return lambda heard: redacts[heard.source](heard) if heard.source in redacts else heard


def _framing(plan: Replay, current: _Current) -> Framing:
    """How the source itself would put lines together."""
    return framing(plan.config.sources[plan.source], current(plan.source))


def _of_home(plan: Replay) -> Home:
    """How the source itself would read a home."""
    settings = plan.config.sources[plan.source]
    if not isinstance(settings, JenkinsHomeSettings):
        return builds
    zone = ZoneInfo(settings.time_zone)
    return partial(builds, follow=settings.follow, zone=zone, archive=settings.archive)


def _render(plan: Replay, mappings: Translators, exports: Exporters, outcomes: Outcomes) -> Render:
    """The route's own rendering, without what is outside of the times; what becomes of it is counted."""
    settings, sources = plan.config.routes[plan.route], plan.config.sources
    origin = origins(sources, mappings.current)
    render = rendering(
        settings,
        {name: origin(name) for name in sources}.get,  # no mapping changes meanwhile
        lambda: exports[plan.route],
        ends=plan.config.ends(settings),
    )
    within = _within(plan.since, plan.until)
    count = counting({name: each.name for name in sources if (each := mappings.current(name))}, outcomes)
    return replace(render, after=lambda record, rendered: count(record, within(rendered)))


def _aside(plan: Replay, mappings: Translators, exports: Exporters) -> Aside | None:
    """Another process, where there is another core for it."""
    alone = {plan.route: plan.config.routes[plan.route]}
    planning = planned(plan.config.model_copy(update={"routes": alone}))
    return Aside(planning, mappings, exports) if spare(plan.config.cores) >= 1 else None


def _within(since: str, until: str) -> Callable[[Rendered], Rendered]:
    """Leaves out what is outside of the times."""
    first, last = since.removesuffix("Z"), until.removesuffix("Z") or "9999"

    def inside(message: Message) -> bool:
        # Without its Z a time is a prefix of every later one in the same second, and so sorts before it.
        return first <= message.attributes["time"].removesuffix("Z") < last

    def within(rendered: Rendered) -> Rendered:
        messages = tuple(filter(inside, rendered.messages))
        left_out = rendered.left_out + len(rendered.messages) - len(messages)
        return rendered._replace(messages=messages, left_out=left_out)

    return within if since or until else lambda rendered: rendered
