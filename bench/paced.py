"""Notifications that come one by one: how soon each is acknowledged, and how soon it is in a sink's file."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.load import ACCEPTED
from bench.service import started, wait_for_lines
from bench.table import Row
from bench.translation import BODY
from tests.service import Service

ROUNDS, WARM_UP, SECONDS = 3, 300, 4.0
OFTEN, SELDOM = 300, 20
"""Notifications a second."""

QUICK = 0.3
"""Milliseconds of a flush with which the targets are meant."""


def rows() -> Iterator[Row]:
    """Latencies while two routes publish, and what a flush of the disk costs meanwhile, all in milliseconds."""
    rounds, flushes = [_round(OFTEN, _answered) for _ in range(ROUNDS)], [_flush() for _ in range(ROUNDS)]
    slower = max(1.0, median(flushes) / QUICK)
    yield Row("paced: a flush of 4 KiB to the disk", median(flushes), "ms")
    name = f"paced: acknowledgement at {OFTEN}/s, both routes publishing"
    yield Row(f"{name}, p50", _percentile(rounds, 50), "ms", at_most=1 * slower)
    yield Row(f"{name}, p99", _percentile(rounds, 99), "ms", at_most=4 * slower)
    published = [_round(SELDOM, _published) for _ in range(ROUNDS)]
    yield Row(
        f"paced: from the post to the sink's file at {SELDOM}/s, p50", _percentile(published, 50), "ms", at_most=2
    )


def _round(rate: int, done: Callable[[Service, socket.socket], None]) -> list[float]:
    """Milliseconds from each post to when it is done, sorted."""
    with started() as service, socket.create_connection(("127.0.0.1", service.port)) as connection:
        for _ in range(WARM_UP):
            _answered(service, connection)
        wait_for_lines(service.folder / "cdevents.jsonl", 2 * WARM_UP)
        begin, found = time.perf_counter() + 0.5, []
        for number in range(int(rate * SECONDS)):
            time.sleep(max(0.0, begin + number / rate - time.perf_counter()))
            start = time.perf_counter()
            done(service, connection)
            found.append((time.perf_counter() - start) * 1000)
    return sorted(found)


def _answered(_service: Service, connection: socket.socket) -> None:
    head = f"POST /jenkins HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(BODY)}\r\n"
    connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + BODY)
    answer = b""
    while not answer.endswith(ACCEPTED):
        answer += connection.recv(1 << 16)


def _published(service: Service, connection: socket.socket) -> None:
    """Looks at the file of CDEvents again and again until it has grown."""
    file = service.folder / "cdevents.jsonl"
    size = file.stat().st_size
    _answered(service, connection)
    while file.stat().st_size == size:
        time.sleep(0.0001)


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
