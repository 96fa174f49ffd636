"""How soon after its start a sidecar has accepted its first notification."""

from __future__ import annotations

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
    yield Row("startup: to the first acknowledgement", median(_seconds() for _ in range(ROUNDS)), "s", at_most=2)


def _seconds() -> float:
    start = time.perf_counter()
    with started() as service:
        post(service.port, BODY, connections=1, count=1)
        return time.perf_counter() - start
