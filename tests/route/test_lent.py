"""What a broker still has is taken back whole, and nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.journal import Journal, RouteLog
from adapters.metrics import Metrics
from adapters.model import Format, Message
from adapters.route import Lent, Origin, Route, renderer
from tests.route.conftest import INSTANCE, Naps, Recorder, heard
from tests.waiting import eventually


@dataclass
class Away(Recorder):
    """A sink that keeps all waiting until it is `back`."""

    back: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    async def publish(self, batch: Sequence[Message]) -> None:
        """Takes them when it is back."""
        self.asked += 1
        await self.back.wait()
        await super().publish(batch)


@dataclass
class Sidecar:
    """Routes of one journal, each to a sink of its own, and what a source has handed over."""

    journal: Journal
    routes: dict[str, Route]
    lent: Lent

    async def hand_over(self, *bodies: str) -> asyncio.Task[None]:
        """What the source waits for."""
        waiting = asyncio.create_task(self.lent.passed([heard(body, "broker") for body in bodies]))
        await asyncio.sleep(0)
        return waiting


@asynccontextmanager
async def running(path: Path, **sinks: Recorder) -> AsyncIterator[Sidecar]:
    """One that runs."""
    journal = Journal(path, max_bytes=1 << 30, routes=sinks)
    render = renderer(lambda _: Origin(INSTANCE), format_=Format.LEGACY)
    routes = {
        name: Route(name, RouteLog(journal, name), render, sink, Metrics(), sleep=Naps())
        for name, sink in sinks.items()
    }
    lent = Lent(journal, "broker", lambda: routes)
    await lent.take_back()
    tasks = [asyncio.create_task(route.run()) for route in routes.values()]
    try:
        yield Sidecar(journal, routes, lent)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await journal.aclose()


async def cancelled(task: asyncio.Task[None]) -> None:
    """It is, and what it does then is done."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_what_is_passed_is_told_to_the_broker(path: Path) -> None:
    """`passed` returns when each route has it, and not before."""
    one, other = Away(), Recorder()
    async with running(path, one=one, other=other) as sidecar:
        waiting = await sidecar.hand_over("a", "b")
        await eventually(lambda: other.data() == ["a", "b"] and one.asked > 0)
        assert not waiting.done()
        one.back.set()
        await waiting
        assert one.data() == ["a", "b"]


async def test_what_is_cancelled_is_published_no_more(path: Path) -> None:
    """Neither by who has it under way nor by who was away; what others have told goes on in its order."""
    one, other = Away(), Recorder()
    async with running(path, one=one, other=other) as sidecar:
        await sidecar.journal.append([heard("first")])
        waiting = await sidecar.hand_over("a", "b")
        await eventually(lambda: other.data() == ["first", "a", "b"] and one.asked > 0)
        await cancelled(waiting)
        one.back.set()
        await sidecar.journal.append([heard("last")])
        await eventually(lambda: one.data()[-1:] == ["last"] and other.data()[-1:] == ["last"])
        assert one.data() == ["first", "last"]
        await (await sidecar.hand_over("b"))
        assert (one.data()[-1], other.data()[-1]) == ("b", "b")
        assert [status.lag for status in sidecar.journal.status(["one", "other"])] == [0, 0]


async def test_what_was_lent_before_a_restart_is_not_published_after_it(path: Path) -> None:
    """The broker has it still; what was acknowledged into the journal, and what it was told of, stays."""
    async with running(path, one=Recorder()) as sidecar:
        await (await sidecar.hand_over("told"))
        await (await sidecar.hand_over("told, too"))
    async with running(path, one=Away()) as sidecar:
        await sidecar.journal.append([heard("kept")])
        await sidecar.hand_over("lent")
        await eventually(lambda: sidecar.journal.last == 4)
    one, new = Recorder(), Recorder()
    async with running(path, one=one, new=new):
        await eventually(lambda: one.data() == ["kept"] and new.data() != [])
        await eventually(lambda: new.data() == ["told", "told, too", "kept"])


async def test_a_route_that_is_held_publishes_nothing(path: Path) -> None:
    """As long as anybody holds it; then it goes on with the first that it has not passed."""
    one = Recorder()
    async with running(path, one=one) as sidecar:
        async with sidecar.routes["one"].held():
            async with sidecar.routes["one"].held():
                await sidecar.journal.append([heard("a")])
            await asyncio.sleep(0.05)
            assert one.data() == []
        await eventually(lambda: one.data() == ["a"])
