"""One event a request: CDEvents from the journal to an HTTP server, beside a bare client that posts the same.

Each is read, translated, checked and written down on the way; the bare client has its bodies in hand. The server is a
process of its own, as small as one can be, for it runs beside what is measured. The first round is for warming up.
One route alone is one process; the backlog of a whole sidecar is rendered by another one, too, once that is there.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import NamedTuple

from adapters.cdevents.cloudevents import STRUCTURED_JSON
from adapters.config import Config
from adapters.journal import Journal, RouteLog
from adapters.loops import new_event_loop
from adapters.mapping import load
from adapters.metrics import Metrics
from adapters.model import Encoding, Format
from adapters.route import Origin, Route, renderer
from adapters.route.rendered import Render
from adapters.sidecar import assembled
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from bench.backlog import SOURCES, fill
from bench.drain_by_hand import BATCH
from bench.posted import Posted
from bench.table import Row
from bench.translation import INSTANCE
from tests import brokers
from tests.service import free_port

BACKLOG, ROUNDS, SECONDS = 50_000, 3, 2.0
PAUSE = 0.02
"""Seconds that a slow server takes for each request."""

_routes = (f"route {number}" for number in count())


class Cost(NamedTuple):
    """Of one way to publish: events a second, and milliseconds of this process for each."""

    rate: float
    cpu: float


def rows() -> Iterator[Row]:
    """Rates and processor time, taken in turns."""
    with TemporaryDirectory(prefix="bench-") as folder, _server() as quick, _server(PAUSE) as slow:
        fill(path := Path(folder) / "journal.db", BACKLOG)
        origin = Origin(INSTANCE, load("jenkins/notification", instance=INSTANCE, variables={}))
        one, many = (
            renderer(lambda _: origin, format_=Format.CDEVENTS, encoding=encoding)
            for encoding in (Encoding.STRUCTURED, Encoding.BATCH)
        )
        rounds = [(_route(path, quick, one), _route(path, quick, many), _bare(quick)) for _ in range(1 + ROUNDS)][1:]
        helped = median(_sidecar(path, quick) for _ in range(ROUNDS))
        each, batched, bare = (Cost(*map(median, zip(*costs, strict=True))) for costs in zip(*rounds, strict=True))
        yield Row("posts: one event a request, beside http.client", each.rate, "/s", bare.rate)
        yield Row("posts: one event a request", each.rate, "/s", at_least=5000)
        yield Row("posts: processor time of one, beside http.client", each.cpu, "ms", bare.cpu)
        yield Row("posts: processor time of one", each.cpu, "ms", at_most=0.3)
        yield Row("posts: in batches, by one process", batched.rate, "/s")
        yield Row("posts: in batches, the backlog of a sidecar", helped, "/s", at_least=15_000)
        yield Row("posts: to a server that takes 20 ms for each", _route(path, slow, one).rate, "/s", at_least=1000)


def _route(path: Path, url: str, render: Render) -> Cost:
    return asyncio.run(_drained(path, HttpSettings(type="http", url=url), render))


async def _drained(path: Path, settings: HttpSettings, render: Render) -> Cost:
    metrics, name = Metrics(), next(_routes)
    async with aclosing(Journal(path, max_bytes=1 << 40)) as journal, aclosing(HttpSink(settings)) as sink:
        route = Route(name, RouteLog(journal, name), render, sink, metrics, BATCH)
        begin, used = perf_counter(), process_time()
        with suppress(TimeoutError):
            await asyncio.wait_for(route.run(), SECONDS)
        return _cost(_delivered(metrics, name), begin, used)


def _sidecar(path: Path, url: str) -> float:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_helped(path, url))


async def _helped(path: Path, url: str) -> float:
    """Events a second of a sidecar's route, from when another process helps, where there is a core for one."""
    name = next(_routes).replace(" ", "-")
    route = {"format": "cdevents", "encoding": "batch", "sink": "http"}
    config = Config.model_validate(
        {
            "journal": {"path": str(path), "max_size": 1 << 40},
            "sources": SOURCES,
            "sinks": {"http": {"type": "http", "url": url}},
            "routes": {name: route},
        }
    )
    async with assembled(config) as sidecar:
        running = asyncio.create_task(sidecar.routes[name].run())
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                while sidecar.aside is not None and sidecar.aside.pid is None:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
        begin, before = perf_counter(), _delivered(sidecar.metrics, name)
        await asyncio.sleep(SECONDS)
        rate = (_delivered(sidecar.metrics, name) - before) / (perf_counter() - begin)
        running.cancel()
        await asyncio.wait([running])
        return rate


def _delivered(metrics: Metrics, route: str) -> float:
    return metrics.registry.get_sample_value(_DELIVERED, {"route": route}) or 0


_DELIVERED = "cdevents_adapters_messages_delivered_total"


def _bare(url: str) -> Cost:
    server = url.removeprefix("http://").rstrip("/")
    connection, body, posted = HTTPConnection(server), b"x" * 1500, 0
    begin, used = perf_counter(), process_time()
    while perf_counter() < begin + SECONDS:
        connection.request("POST", "/", body, {"content-type": STRUCTURED_JSON, "idempotency-key": f"{posted}"})
        connection.getresponse().read()
        posted += 1
    connection.close()
    return _cost(posted, begin, used)


def _cost(published: float, begin: float, used: float) -> Cost:
    return Cost(published / (perf_counter() - begin), (process_time() - used) / max(published, 1) * 1e3)


@contextmanager
def _server(pause: float = 0.0) -> Iterator[str]:
    """The URL of one that takes whatever is posted, after so many seconds."""
    with TemporaryDirectory(prefix="bench-") as folder:
        port = free_port()
        command = [sys.executable, "-m", "bench.posts", str(port), str(pause)]
        with brokers.running(brokers.Server(port, command, Path(folder))) as server:
            yield f"http://{server.address}/"


class _Taken(Posted):
    """Answers each request after a pause."""

    def __init__(self, pause: float) -> None:
        super().__init__()
        self._pause = pause

    def posted(self, body: bytes) -> None:  # noqa: ARG002 - it looks at none
        asyncio.get_running_loop().call_later(self._pause, self.answer)


async def _serve(port: int, pause: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Taken(pause), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
