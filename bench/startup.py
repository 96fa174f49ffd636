"""How soon after its start a sidecar has accepted its first notification."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from statistics import median

from bench.load import post
from bench.service import started
from bench.table import Row
from bench.translation import BODY

ROUNDS = 7


def rows() -> Iterator[Row]:
    """Seconds from the start of the process to its first 202."""
    yield Row("start to the first acknowledgement", median(_seconds() for _ in range(ROUNDS)), "s", at_most=2)


def _seconds() -> float:
    start = time.perf_counter()
    with started(routes=True) as service:
        while not _listens(service.port):
            time.sleep(0.005)
        post(service.port, BODY, connections=1, count=1)
        return time.perf_counter() - start


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return False
    return True
