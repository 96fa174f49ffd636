"""A load generator: so many connections that are kept alive, each posting again when it has its answer.

It counts an answer when the last byte that it expects is there, which is why it needs little of the machine: parsing
HTTP in the client would measure the client.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

from adapters.loops import new_event_loop

ACCEPTED = b'{"accepted":1}'


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: `latencies` are seconds, one for each answer, sorted."""

    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """The latency, in milliseconds, that so many percent of the answers did not pass."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))] * 1000


def post(port: int, body: bytes, *, connections: int = 32, seconds: float = math.inf, count: float = math.inf) -> Load:
    """Posts to /jenkins until the time or the number is over; raises RuntimeError for any answer but an acceptance."""
    head = f"POST /jenkins HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    request = f"{head}Content-Type: application/json\r\n\r\n".encode() + body
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_posted(port, _Plan(request, perf_counter() + seconds, count), connections))


@dataclass(slots=True)
class _Plan:
    """What all connections share: what to send, until when, how often yet, and the latencies so far."""

    request: bytes
    until: float
    left: float
    latencies: list[float] = field(default_factory=list)

    def goes_on(self, now: float) -> bool:
        self.left -= 1
        return self.left >= 0 and now < self.until


async def _posted(port: int, plan: _Plan, connections: int) -> Load:
    loop = asyncio.get_running_loop()
    start = perf_counter()

    async def posted() -> None:
        """One connection after another, for the sidecar closes each after a thousand requests."""
        more = True
        while more:
            _, connection = await loop.create_connection(lambda: _Connection(plan), "127.0.0.1", port)
            more = await connection.closed

    await asyncio.gather(*(posted() for _ in range(connections)))
    return Load(perf_counter() - start, sorted(plan.latencies))


class _Connection(asyncio.Protocol):
    """One connection: one request at a time. When it is `closed`, it says whether that was the sidecar's wish."""

    def __init__(self, plan: _Plan) -> None:
        self._plan = plan
        self._answer = b""
        self._sent = 0.0
        self.closed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._next(perf_counter())

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if self._answer.endswith(ACCEPTED):
            now = perf_counter()
            self._plan.latencies.append(now - self._sent)
            last, self._answer = b"connection: close" in self._answer, b""
            if last:
                self._end(more=True)
            else:
                self._next(now)
        elif not self._answer.startswith(b"HTTP/1.1 202"):
            self._fail(RuntimeError(f"the sidecar answered {self._answer[:200]!r}"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or RuntimeError("the sidecar hung up"))

    def _next(self, now: float) -> None:
        if self._plan.goes_on(now):
            self._sent = now
            self._transport.write(self._plan.request)
        else:
            self._end(more=False)

    def _end(self, *, more: bool) -> None:
        if not self.closed.done():
            self.closed.set_result(more)
            self._transport.close()

    def _fail(self, error: Exception) -> None:
        if not self.closed.done():
            self.closed.set_exception(error)
            self._transport.close()
