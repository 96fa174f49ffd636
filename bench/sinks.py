"""Notifications a second from the journal to each sink, beside its bare client that does the same by hand.

Both wait for the acknowledgement of a hundred events before they note how far they came. What the client does with
events that it has in its hands is in the table as well: beyond that rate, nothing can be had.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import aclosing, suppress
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import pytest

from adapters.journal import Journal, RouteLog
from adapters.mapping import load
from adapters.metrics import Metrics
from adapters.model import Format
from adapters.route import Origin, Route, renderer
from adapters.sinks import SINKS, Sink
from bench.backlog import fill
from bench.clients import PAIRS, Event, MakePair, Publish
from bench.drain_by_hand import BATCH, batches
from bench.table import Row

BACKLOG, ROUNDS, SECONDS = 100_000, 5, 1.0
TRANSLATED = 10_000

_instances = (f"https://ci-{number}.example.com/" for number in count())
"""Each run has a tool of its own, for NATS drops what has the id of an earlier event."""


def rows() -> Iterator[Row]:
    """Rates of legacy events of 2 kB as structured CloudEvents."""
    with TemporaryDirectory(prefix="bench-") as folder:
        fill(journal := Path(folder) / "journal.db", BACKLOG)
        for name, pair in PAIRS.items():
            with suppress(pytest.skip.Exception):
                route, by_hand, in_hand = asyncio.run(_measured(name, journal, pair))
                yield Row(
                    f"sinks: {name}, the journal drained, beside its client by hand", route, "/s", by_hand, at_least=0.6
                )
                yield Row(f"sinks: {name}, its client alone, with events in its hands", in_hand, "/s")
        with suppress(pytest.skip.Exception):
            seconds = asyncio.run(_translated("nats", Path(folder) / "few.db"))
            yield Row(f"sinks: {TRANSLATED:,} notifications to NATS as CDEvents", seconds, "s", at_most=2.5)


async def _measured(name: str, path: Path, pair: MakePair) -> tuple[float, float, float]:
    """The medians of rates, taken in turns: our route's, the client's from the journal, and the client's alone.

    The first round is for warming up: topics are made, and Java compiles.
    """
    with TemporaryDirectory(prefix="bench-") as place:
        async with (
            aclosing(Journal(path, max_bytes=1 << 40)) as journal,
            pair(Path(place)) as (sink, bare),
            aclosing(sink),
        ):
            rates = [
                (
                    await _drained(journal, name, sink),
                    await _published(bare, batches(path, next(_instances))),
                    await _published(bare, _in_hand(path)),
                )
                for _ in range(1 + ROUNDS)
            ]
    route, by_hand, in_hand = map(median, zip(*rates[1:], strict=True))
    return route, by_hand, in_hand


async def _translated(name: str, path: Path) -> float:
    """The median of the seconds that a new route needs for all of a short journal, translated on the way."""
    fill(path, TRANSLATED)
    with TemporaryDirectory(prefix="bench-") as place:
        async with (
            aclosing(Journal(path, max_bytes=1 << 40)) as journal,
            PAIRS[name](Path(place)) as (sink, _),
            aclosing(sink),
        ):
            return median([await _seconds(_route(journal, name, sink, Format.CDEVENTS)) for _ in range(ROUNDS)])


async def _drained(journal: Journal, name: str, sink: Sink) -> float:
    """How fast a new route drains the journal."""
    route = _route(journal, name, sink, Format.LEGACY)
    seconds = await _seconds(route, SECONDS)
    return journal.cursor(route.name) / seconds


def _route(journal: Journal, name: str, sink: Sink, format_: Format) -> Route:
    """A route of a tool of its own, that ends when it has come to the end of the journal."""
    instance = next(_instances)
    mapped = format_ is Format.CDEVENTS
    origin = Origin(instance, load("jenkins/notification", instance=instance, variables={}) if mapped else None)
    render = renderer(lambda _: origin, format_=format_)
    route = Route(instance, RouteLog(journal, instance), render, sink, Metrics(), BATCH, SINKS[name].in_flight)
    route.drain()
    return route


async def _seconds(route: Route, at_most: float | None = None) -> float:
    begin = perf_counter()
    with suppress(TimeoutError):
        await asyncio.wait_for(route.run(), at_most)
    return perf_counter() - begin


async def _published(publish: Publish, source: Iterable[list[Event]]) -> float:
    published, begin = 0, perf_counter()
    for events in source:
        await publish(events)
        published += len(events)
        if perf_counter() > begin + SECONDS:
            break
    return published / (perf_counter() - begin)


def _in_hand(path: Path) -> Iterator[list[Event]]:
    """The same events for ever, with new ids for those that want them beside."""
    instance = next(_instances)
    events = next(batches(path, instance))
    for number in count():
        yield [Event(f"{instance}{number}/{each.id}", each.body) for each in events]
