"""Notifications that come one by one: how soon each is acknowledged, and how soon it is in a sink's file."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Self

from bench.chain import chained
from bench.load import ACCEPTED
from bench.service import started, wait_for_lines
from bench.table import Row
from bench.translation import BODY

ROUNDS, WARM_UP, SECONDS = 3, 300, 4.0
OFTEN, SELDOM = 300, 20
"""Notifications a second."""

QUICK = 0.3
"""Milliseconds of a flush with which the targets are meant."""

_REQUEST = (
    f"POST /jenkins HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(BODY)}\r\n"
    "Content-Type: application/json\r\n\r\n"
).encode() + BODY


def rows() -> Iterator[Row]:
    """Latencies while two routes publish, and what a flush of the disk costs meanwhile, all in milliseconds."""
    rounds, flushes = [_round(OFTEN, _Tool.answered) for _ in range(ROUNDS)], [_flush() for _ in range(ROUNDS)]
    slower = max(1.0, median(flushes) / QUICK)
    yield Row("paced: a flush of 4 KiB to the disk", median(flushes), "ms")
    name = f"paced: acknowledgement at {OFTEN}/s, both routes publishing"
    yield Row(f"{name}, p50", _percentile(rounds, 50), "ms", at_most=1 * slower)
    yield Row(f"{name}, p99", _percentile(rounds, 99), "ms", at_most=4 * slower)
    both = [(_round(SELDOM, _Tool.published), _round(SELDOM, _Tool.published, chained)) for _ in range(ROUNDS)]
    published, bare = (_percentile([*found], 50) for found in zip(*both, strict=True))
    name = f"paced: from the post to the sink's file at {SELDOM}/s, p50"
    yield Row(name, published, "ms", at_most=2)
    yield Row(f"{name}, beside a bare server that flushes it and writes", published, "ms", bare)


Server = Callable[[], AbstractContextManager[tuple[int, Path, int]]]
"""One that runs within: its port, the file to which it publishes, and the lines that a post becomes there."""


class _Tool:
    """Posts over one connection, until the sidecar closes it: a tool then makes another for its next post."""

    def __init__(self, port: int, file: Path) -> None:
        self._port, self._connection = port, _connected(port)
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def answered(self) -> float:
        """Milliseconds until a post is acknowledged."""
        start = time.perf_counter()
        self._connection.sendall(_REQUEST)
        answer = b""
        while not answer.endswith(ACCEPTED):
            answer += self._connection.recv(1 << 16)
        passed = (time.perf_counter() - start) * 1000
        if b"connection: close" in answer:
            self._connection.close()
            self._connection = _connected(self._port)
        return passed

    def published(self) -> float:
        """Milliseconds until the file of CDEvents, which is looked at again and again, has grown by a post."""
        start, size = time.perf_counter(), self._file.stat().st_size
        self.answered()
        while self._file.stat().st_size == size:
            time.sleep(0.0001)
        return (time.perf_counter() - start) * 1000


@contextmanager
def _sidecar() -> Iterator[tuple[int, Path, int]]:
    """With the file of the CDEvents."""
    with started() as service:
        yield service.port, service.folder / "cdevents.jsonl", 2


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port))


def _round(rate: int, post: Callable[[_Tool], float], server: Server = _sidecar) -> list[float]:
    """What was measured of each post, sorted."""
    with server() as (port, file, lines), _Tool(port, file) as tool:
        for _ in range(WARM_UP):
            tool.answered()
        wait_for_lines(file, lines * WARM_UP)
        begin, found = time.perf_counter() + 0.5, []
        for number in range(int(rate * SECONDS)):
            time.sleep(max(0.0, begin + number / rate - time.perf_counter()))
            found.append(post(tool))
    return sorted(found)


def _percentile(rounds: list[list[float]], percent: int) -> float:
    return median(each[len(each) * percent // 100] for each in rounds)


def _flush() -> float:
    """Of a file that has its size already, as the journal's write-ahead log has."""
    with TemporaryDirectory(prefix="bench-") as folder:
        file = os.open(Path(folder) / "log", os.O_RDWR | os.O_CREAT)
        os.pwrite(file, bytes(1 << 20), 0)
        os.fsync(file)
        spans = []
        for page in range(200):
            start = time.perf_counter()
            os.pwrite(file, os.urandom(4096), 4096 * page)
            os.fdatasync(file)
            spans.append((time.perf_counter() - start) * 1000)
        os.close(file)
    return median(spans)
