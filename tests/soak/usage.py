"""What a process uses, and whether that grows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression
from typing import NamedTuple

import psutil

MEBIBYTE = 1 << 20


class Usage(NamedTuple):
    """At a time in seconds: memory and the journal's files in MiB, open descriptors, threads."""

    at: float
    memory: float
    descriptors: float
    threads: float
    journal: float


def usage(process: int, journal: Path, *, strangers: str = "") -> Usage:
    """That of a process now, without the connections to an address, which come and go."""
    found = psutil.Process(process)
    files = [path for path in (journal, journal.with_name(f"{journal.name}-wal")) if path.exists()]
    return Usage(
        time.monotonic(),
        found.memory_info().rss / MEBIBYTE,
        found.num_fds() - sum(each.raddr[:1] == (strangers,) for each in found.net_connections("tcp") if each.raddr),
        found.num_threads(),
        sum(path.stat().st_size for path in files) / MEBIBYTE,
    )


def growth(samples: Sequence[Usage]) -> Usage:
    """How much a straight line through the samples of the second half has grown from its beginning to its end."""
    half = samples[len(samples) // 2 :]
    times, *columns = zip(*half, strict=True)
    seconds = times[-1] - times[0]
    return Usage(seconds, *(linear_regression(times, column).slope * seconds for column in columns))
