"""A translator, a sink and a clock that do as they are told, and a journal that is real."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.cdevents.ids import context_id
from adapters.errors import MappingError
from adapters.journal import Database, Journal, RouteLog, deadletters
from adapters.mapping.translator import Translation
from adapters.metrics import Metrics
from adapters.model import CDEvent, Format, Message, Notification
from adapters.route import Origin, Route, renderer
from adapters.route.rendered import Render
from adapters.sinks import SINKS, Sink

INSTANCE = "https://jenkins.example.com/"
HEARD = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Words:
    """A mapping in which each word of a body is a record, and its first letter says what becomes of it.

    `i` is ignored, `u` unmatched, `e` an error, `w` an event of the wrong shape, `q` a custom one; a body that starts
    with `!` cannot be read; anything else is an event.
    """

    name: str = "jenkins/notification"

    def translate(self, notification: Notification) -> Translation:
        """What became of the words."""
        if notification.body.startswith(b"!"):
            raise MappingError("mapping.yaml:1:1: the body is not JSON")
        words = notification.body.decode().split()
        events = tuple(event(word) for word in words if word[0] not in "iue")
        errors = tuple(f"mapping.yaml:7:3: {word}" for word in words if word[0] == "e")
        ignored, unmatched = (sum(word[0] == letter for word in words) for letter in "iu")
        return Translation(events, ignored, unmatched, errors)

    def stream(self, notification: Notification, size: int) -> Iterator[Translation]:
        """The same, `size` events at a time."""
        whole = self.translate(notification)
        for at in range(0, len(whole.events) - size, size):
            yield Translation(whole.events[at : at + size])
        yield whole._replace(events=whole.events[(len(whole.events) - 1) // size * size :] if whole.events else ())


@dataclass
class Recorder:
    """A sink that takes all, or first does what is in `answers`: None takes a batch, an error is raised."""

    answers: deque[Exception | None] = field(default_factory=deque)
    batches: list[list[Message]] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)

    async def publish(self, batch: Sequence[Message]) -> None:
        """Takes as many as the next error says were delivered, or all."""
        self.batches.append([*batch])
        await asyncio.sleep(0)
        error = self.answers.popleft() if self.answers else None
        self.taken += batch if error is None else batch[: getattr(error, "delivered", 0)]
        if error is not None:
            raise error

    async def aclose(self) -> None:
        """Does nothing."""

    def data(self) -> list[str]:
        """What the legacy messages say that were taken."""
        return [message.data.decode() for message in self.taken]


@dataclass
class Naps:
    """Sleeps that take no time, and are remembered."""

    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Notes the seconds."""
        self.taken.append(seconds)
        await asyncio.sleep(0)


def event(word: str) -> CDEvent:
    """A CDEvent about a word."""
    outcome = "splendid" if word.startswith("w") else "success"
    name = "dev.cdeventsx.jenkins-word.said.0.1.0" if word.startswith("q") else "pipelinerun.finished"
    id_ = context_id(INSTANCE, name, [word])
    return CDEvent(name, id_, INSTANCE, "2026-03-01T11:59:00Z", word, {"outcome": outcome})


def heard(body: str, source: str = "jenkins") -> Notification:
    """A notification."""
    return Notification(source, body.encode(), HEARD, {"content-type": "text/plain"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is."""
    return tmp_path / "journal.db"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[Journal]:
    """A journal that is open, and empty."""
    journal = Journal(path, max_bytes=1 << 30)
    yield journal
    await journal.aclose()


@pytest.fixture
def metrics() -> Metrics:
    """Counters at zero."""
    return Metrics()


@pytest.fixture
def count(metrics: Metrics) -> Callable[..., float | None]:
    """What reads a counter, by its name without prefix and its labels."""
    return lambda name, **labels: metrics.registry.get_sample_value(f"cdevents_adapters_{name}_total", labels)


def origins(_source: str) -> Origin:
    """Every source is a Jenkins with the mapping of words."""
    return Origin(INSTANCE, Words())


RAW = renderer(origins, format_=Format.LEGACY)


@dataclass
class Bench:
    """Makes routes over one journal."""

    journal: Journal
    metrics: Metrics
    sleep: Naps = field(default_factory=Naps)

    def route(self, sink: Sink, name: str = "raw", render: Render = RAW, **options: Any) -> Route:
        """A route to a sink."""
        return Route(
            name, RouteLog(self.journal, name), render, sink, self.metrics, **({"sleep": self.sleep} | options)
        )

    async def drained(self, sink: Recorder, name: str = "raw", render: Render = RAW, **options: Any) -> Recorder:
        """What a sink has after a route went through all there is."""
        route = self.route(sink, name, render, **options)
        route.drain()
        await asyncio.wait_for(route.run(), 10)
        return sink

    async def hear(self, *bodies: str) -> None:
        """Notifications."""
        await self.journal.append([heard(body) for body in bodies])


@pytest.fixture
def bench(journal: Journal, metrics: Metrics) -> Bench:
    """A bench with an empty journal."""
    return Bench(journal, metrics)


def built(settings: Mapping[str, Any]) -> Sink:
    """A sink as a configuration describes it."""
    type_ = SINKS[settings["type"]]
    return type_.build(type_.settings.model_validate(settings))


@asynccontextmanager
async def running(*routes: Route) -> AsyncIterator[None]:
    """The routes run; they are cancelled at the end."""
    tasks = [asyncio.create_task(route.run()) for route in routes]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def letters(path: Path) -> list[tuple[str, int, str, int]]:
    """The dead letters, as another process sees them."""
    with Database(path) as database:
        return [(each.route, each.seq, each.reason, each.attempts) for each in deadletters.listed(database)]


def retry(path: Path) -> None:
    """What an operator does."""
    with Database(path) as database:
        deadletters.retry(database)
