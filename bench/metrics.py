"""Metrics of a million events in a file of lines: how long the command takes, and how much memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.table import Row
from tests.delivery.services import history
from tests.service import ADAPTERS

EVENTS, CHANGES = 1_000_000, 80_000


def rows() -> Iterator[Row]:
    """Seconds, and mebibytes at their most."""
    with TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "events.jsonl"
        file.write_bytes(b"\n".join(history(CHANGES).lines()[:EVENTS]) + b"\n")
        begin = time.perf_counter()
        mebibytes = _most(subprocess.Popen([sys.executable, *ADAPTERS, "metrics", file], stdout=subprocess.DEVNULL))
        seconds = time.perf_counter() - begin
    yield Row(f"metrics: of {EVENTS:,} events in lines", seconds, "s", at_most=15)
    yield Row("metrics: memory at its most", mebibytes, "MiB", at_most=1000)


def _most(process: subprocess.Popen[bytes]) -> float:
    """The resident memory of a process at its most, once it has ended well."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024
