"""Metrics of a million events in a file of lines: how long the command takes, and how much memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from resource import struct_rusage
from tempfile import TemporaryDirectory

from bench.table import Row
from tests.delivery.services import history
from tests.service import ADAPTERS

EVENTS, CHANGES = 1_000_000, 80_000


def rows() -> Iterator[Row]:
    """Seconds, and mebibytes at their most."""
    with TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "events.jsonl"
        writer = get_context("spawn").Process(target=_write, args=(file,))  # whose memory is nobody else's
        writer.start()
        writer.join()
        begin = time.perf_counter()
        used = _used(subprocess.Popen([sys.executable, *ADAPTERS, "metrics", file], stdout=subprocess.DEVNULL))
        seconds = time.perf_counter() - begin
    yield Row(f"metrics: of {EVENTS:,} events in lines", seconds, "s", at_most=15)
    yield Row("metrics: of that, time of all processors", used.ru_utime + used.ru_stime, "s")
    yield Row("metrics: memory at its most", used.ru_maxrss / 1024, "MiB", at_most=1000)


def _write(file: Path) -> None:
    file.write_bytes(b"\n".join(history(CHANGES).lines()[:EVENTS]) + b"\n")


def _used(process: subprocess.Popen[bytes]) -> struct_rusage:
    """What a process has used, once it has ended well."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage
