"""A sidecar with a backlog, two routes that keep what they publish, and another process that helps them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.aside import Aside, planned
from adapters.aside.backlog import Backlog
from adapters.config import Config
from adapters.journal import RouteLog
from adapters.model import Format, Message, Notification, Record
from adapters.route import Here, Route
from adapters.route.chunk import Answer
from adapters.sidecar import Sidecar, assembled
from tests.route.conftest import HEARD
from tests.waiting import eventually

BATCH = 10
OLD, NEW = "success", "failure"

MAPPING = """
cdevents: 0.5.1
rules:
  finished:
    when: {url: {matches: run/.*}}
    emit: pipelinerun.finished
    id: [url]
    timestamp: ${$received_at}
    subject: {id: "${url}", content: {outcome: success}}
"""


class Always(Backlog):
    """A backlog that pays at once, until it is over."""

    ended = False

    def pays(self) -> bool:
        """Always."""
        return True

    @property
    def over(self) -> bool:
        """When the test says so."""
        return self.ended


class Counted(Aside):
    """Counts the batches that the other process was asked for."""

    asked = 0

    def begin(self, route: str, records: Sequence[Record]) -> asyncio.Future[Answer] | None:
        """As it is."""
        answer = super().begin(route, records)
        self.asked += answer is not None
        return answer


@dataclass
class Kept:
    """A sink that keeps what it takes, and does something before each batch; `number` is how many there were."""

    before: Callable[[int], object] = lambda _number: None
    taken: list[Message] = field(default_factory=list)
    number: int = 0

    async def publish(self, batch: Sequence[Message]) -> None:
        """Takes all of it."""
        self.before(self.number)
        self.number += 1
        await asyncio.sleep(0)
        self.taken += batch

    async def aclose(self) -> None:
        """Does nothing."""


def heard(body: str) -> Notification:
    """A notification."""
    return Notification("tool", body.encode(), HEARD, {"content-type": "application/json"})


def run(number: int) -> str:
    """The body of one that is an event."""
    return f'{{"url": "run/{number}"}}'


def config(folder: Path) -> Config:
    """A source with a mapping, and a route of each format."""
    (mapping := folder / "mapping.yaml").write_text(MAPPING)
    source = {"type": "webhook", "path": "/hook", "instance": "http://tool/", "mapping": str(mapping)}
    routes = {name: {"format": name, "sink": "out", "batch": BATCH} for name in Format if name != Format.MAPPED}
    return Config.model_validate(
        {
            "journal": {"path": str(folder / "journal.db")},
            "sources": {"tool": source},
            "sinks": {"out": {"type": "file", "path": str(folder / "out.jsonl")}},
            "routes": routes,
        }
    )


@dataclass
class House:
    """The sidecar and who helps it."""

    sidecar: Sidecar
    aside: Counted
    backlog: Always

    def route(self, name: str, sink: Kept, *, alone: bool = False) -> Route:
        """One of its routes, to another sink; `alone` it follows the journal from the beginning by itself."""
        called = f"{name}-alone" if alone else name
        log, aside = RouteLog(self.sidecar.journal, called), Here() if alone else self.aside
        return replace(self.sidecar.routes[name], name=called, log=log, sink=sink, aside=aside)

    def counted(self, name: str) -> dict[str, float]:
        """What the metrics say of a route, by their names and other labels."""
        found = [each for metric in self.sidecar.metrics.registry.collect() for each in metric.samples]
        own = [each for each in found if each.labels.get("route") == name and each.name.endswith("_total")]
        return {f"{each.name} {each.labels | {'route': ''}}": each.value for each in own}

    async def helped(self) -> int:
        """The number of the other process, once it is there."""
        records = [Record(number, heard(run(number))) for number in range(BATCH)]
        self.aside.begin("cdevents", records)
        await eventually(lambda: self.aside.pid)
        assert self.aside.pid is not None
        return self.aside.pid

    async def drained(self, *routes: Route) -> None:
        """Returns when routes have passed all there is."""
        for route in routes:
            route.drain()
        async with asyncio.timeout(60):
            await asyncio.gather(*(route.run() for route in routes))


@asynccontextmanager
async def house(folder: Path, bodies: Sequence[str] = ()) -> AsyncIterator[House]:
    """One that has heard these."""
    settings, backlog = config(folder), Always()
    async with assembled(settings) as sidecar:
        await sidecar.journal.append([*map(heard, bodies)])
        aside = Counted(planned(settings), sidecar.translators, sidecar.exports, backlog)
        try:
            yield House(sidecar, aside, backlog)
        finally:
            await aside.aclose()
