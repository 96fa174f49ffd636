"""How soon after its start a sidecar, compiled as where it is installed, has accepted its first notification."""

from __future__ import annotations

import time
from collections.abc import Iterator
from compileall import compile_dir
from statistics import median

from bench.load import post
from bench.service import started
from bench.table import Row
from bench.translation import BODY
from tests.checkout import ROOT

ROUNDS = 7


def rows() -> Iterator[Row]:
    """Seconds from the start of the process to its first 202."""
    compile_dir(ROOT / "adapters", quiet=1)
    yield Row("startup: to the first acknowledgement", median(_seconds() for _ in range(ROUNDS)), "s", at_most=0.3)


def _seconds() -> float:
    start = time.perf_counter()
    with started() as service:
        post(service.port, BODY, connections=1, count=1)
        return time.perf_counter() - start
