"""A broker that is far away: how fast a route publishes to it with several batches in flight, beside one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from adapters.journal import Journal, RouteLog
from adapters.metrics import Metrics
from adapters.model import Format, Message, Notification
from adapters.route import Origin, Route, renderer
from adapters.sinks import SINKS
from bench.table import Row
from bench.translation import BODY, INSTANCE

RECORDS, ROUNDS = 5_000, 5
ROUND_TRIP = 0.02
"""Seconds from sending a batch to its acknowledgement."""


class Far:
    """A broker that takes everything, a round trip away."""

    async def publish(self, batch: Sequence[Message]) -> None:
        """One batch, and nothing meanwhile."""
        await (await self.send(batch))

    async def send(self, _batch: Sequence[Message]) -> Awaitable[None]:
        """A batch on its way, and others behind it."""
        return asyncio.ensure_future(asyncio.sleep(ROUND_TRIP))

    async def aclose(self) -> None:
        """There is nothing to close."""


def rows() -> Iterator[Row]:
    """Legacy events a second, from a journal."""
    several, one = asyncio.run(_rates())
    yield Row(
        f"distance: to a broker {ROUND_TRIP * 1000:g} ms away, beside one batch in flight",
        several,
        "/s",
        one,
        at_least=2,
    )


async def _rates() -> tuple[float, float]:
    """The medians of rates, taken in turns."""
    with TemporaryDirectory(prefix="bench-") as folder:
        journal = Journal(Path(folder) / "journal.db", max_bytes=1 << 30)
        await journal.append([Notification("jenkins", BODY, datetime.now(UTC))] * RECORDS)
        counts = (SINKS["nats"].in_flight, 1)
        rates = [[await _rate(journal, f"{number}-{count}", count) for count in counts] for number in range(ROUNDS)]
        await journal.aclose()
    several, one = zip(*rates, strict=True)
    return median(several), median(one)


async def _rate(journal: Journal, name: str, in_flight: int) -> float:
    render = renderer(lambda _: Origin(INSTANCE), format_=Format.LEGACY)
    route = Route(name, RouteLog(journal, name), render, Far(), Metrics(), in_flight=in_flight)
    route.drain()
    start = perf_counter()
    await route.run()
    return RECORDS / (perf_counter() - start)
