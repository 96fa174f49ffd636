"""How soon after its start a sidecar, compiled as where it is installed, has accepted its first notification."""

from __future__ import annotations

import time
from collections.abc import Iterator
from compileall import compile_dir
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from bench.load import post
from bench.service import WEBHOOK, roomy, started
from bench.table import Row
from bench.translation import BODY
from tests.checkout import ROOT
from tests.service import Service, listens

ROUNDS = 7


def rows() -> Iterator[Row]:
    """Seconds to the first 202, of the clock and of the processor, and as long as a connection is refused."""
    compile_dir(ROOT / "adapters", quiet=1)
    yield Row("startup: to the first acknowledgement", median(_seconds() for _ in range(ROUNDS)), "s", at_most=0.3)
    yield Row("startup: processor time to the first acknowledgement", median(_processor() for _ in range(ROUNDS)), "s")
    yield Row("startup: until it listens", median(_unheard() for _ in range(ROUNDS)), "s", at_most=0.1)


def _seconds() -> float:
    start = time.perf_counter()
    with started() as service:
        post(service.port, BODY, connections=1, count=1)
        return time.perf_counter() - start


def _processor() -> float:
    with started() as service:
        post(service.port, BODY, connections=1, count=1)
        assert service.process is not None
        used = psutil.Process(service.process.pid).cpu_times()
        return float(used.user + used.system)


def _unheard() -> float:
    with TemporaryDirectory(prefix="bench-") as folder:
        service = Service(Path(folder), roomy(WEBHOOK, {}))
        start = time.perf_counter()
        process = service.spawn()
        while not listens(service.port) and process.poll() is None:
            time.sleep(0.001)
        seconds = time.perf_counter() - start
        service.kill()
        return seconds
