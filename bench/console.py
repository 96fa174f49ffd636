"""What a console costs the sidecar beside it: acknowledgements, and memory, while its pages are open."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import mean, median
from urllib.parse import urlsplit

import psutil

from bench.load import Load, post
from bench.service import started
from bench.table import Row
from bench.translation import BODY
from tests.console.browser.consoles import beside
from tests.service import Service

ROUNDS, WARM_UP, SECONDS = 3, 1.0, 4.0


def rows() -> Iterator[Row]:
    """Beside the same sidecar without a console, before and after, in the same run."""
    alone, watched, memory_alone, memory_watched = zip(*(_round() for _ in range(ROUNDS)), strict=True)
    rate, base = median(load.rate for load in watched), median(alone)
    yield Row("console: acknowledgements with its pages open, beside those without", rate, "/s", base, at_least=0.95)
    yield Row(
        "console: acknowledgement, p99, with its pages open", median(each.percentile(99) for each in watched), "ms"
    )
    yield Row(
        "console: the sidecar's memory with its pages open, beside that without",
        median(memory_watched),
        "MiB",
        median(memory_alone),
        at_most=1.05,
    )


def _round() -> tuple[float, Load, float, float]:
    """The mean rate before and after, the load with a console, and the sidecar's memory before and with it."""
    with started() as service:
        post(service.port, BODY, seconds=WARM_UP)
        before, memory = post(service.port, BODY, seconds=SECONDS), _mebibytes(service)
        with beside(service) as address, _open(address):
            watched, memory_watched = post(service.port, BODY, seconds=SECONDS), _mebibytes(service)
        after = post(service.port, BODY, seconds=SECONDS)
        return mean((before.rate, after.rate)), watched, memory, memory_watched


@contextmanager
def _open(address: str) -> Iterator[None]:
    """Somebody has the flow and what is live open."""
    closed = threading.Event()
    pages: list[Callable[[str, threading.Event], None]] = [_flow, _live]
    viewers = [threading.Thread(target=page, args=(address, closed)) for page in pages]
    for each in viewers:
        each.start()
    try:
        yield
    finally:
        closed.set()
        for each in viewers:
            each.join()


def _flow(address: str, closed: threading.Event) -> None:
    while not closed.wait(2):
        _asked(address, "/flow").read()


def _live(address: str, closed: threading.Event) -> None:
    stream = _asked(address, "/live/stream?after=0")
    while not closed.is_set():
        stream.read1(1 << 16)


def _asked(address: str, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", path)
    return connection.getresponse()


def _mebibytes(service: Service) -> float:
    assert service.process is not None
    time.sleep(0.1)
    return float(psutil.Process(service.process.pid).memory_info().rss) / 2**20
