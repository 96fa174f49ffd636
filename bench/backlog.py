"""What an outage leaves in the journal: how fast it drains to a file and to a broker, and in how much memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import psutil

from adapters.journal import Database, log
from adapters.model import Notification
from bench.replay import ends
from bench.service import roomy
from bench.table import Row
from bench.translation import INSTANCE
from tests import brokers
from tests.service import running
from tests.waiting import until

MANY, FEW, TOGETHER = 1_000_000, 10_000, 5_000
MEBIBYTE = 1 << 20

FILE = {"type": "file", "path": "cdevents.jsonl"}
SOURCES = {"jenkins": {"type": "webhook", "path": "/", "instance": INSTANCE, "mapping": "jenkins/notification"}}


class Drained(NamedTuple):
    """Seconds from when the service was ready, and the MiB that it had at the start, at most, and at the end."""

    seconds: float
    start: float
    peak: float
    end: float


def rows() -> Iterator[Row]:
    """Notifications a second, each in both forms, and what a hundred times as many add to the memory."""
    if shutil.which("nats-server"):
        few, many = _to_nats(FEW), _to_nats(MANY)
        yield Row(f"backlog: {MANY:,} drained to a file and to NATS", MANY / many.seconds, "/s")
        yield Row(f"backlog: memory when {MANY:,} begin to drain", many.start, "MiB")
        yield Row(f"backlog: memory when {MANY:,} are drained", many.end, "MiB")
        yield Row(f"backlog: most memory meanwhile, {MANY:,} beside {FEW:,}", many.peak, "MiB", few.peak, at_most=1.1)


def _to_nats(count: int) -> Drained:
    with TemporaryDirectory(prefix="bench-") as folder, brokers.running(brokers.nats(Path(folder))) as server:
        stream = {"name": "CICD", "subjects": ["cicd.>"]}
        nats = {"type": "nats", "servers": [server.address], "subject": "cicd.{format}", "stream": stream}
        return drained(Path(folder), count, legacy=nats)


def drained(folder: Path, count: int, *, legacy: Mapping[str, Any], cdevents: Mapping[str, Any] = FILE) -> Drained:
    """What a real sidecar needs to publish so many notifications in both forms, in a folder of its own."""
    fill(folder / "journal.db", count)
    with running(folder, roomy(SOURCES, {"legacy": legacy, "cdevents": cdevents})) as service:
        assert service.process is not None
        process, began = psutil.Process(service.process.pid), perf_counter()
        start = process.memory_info().rss / MEBIBYTE
        until(lambda: not service.lag(), timeout=3600)
        return Drained(perf_counter() - began, start, peak(process.pid), process.memory_info().rss / MEBIBYTE)


def fill(journal: Path, count: int) -> None:
    """Makes a journal with the ends of so many builds."""
    now, headers = datetime.now(UTC), {"content-type": "application/json"}
    heard = (Notification("jenkins", body, now, headers) for body in ends(count))
    with closing(Database(journal, create=True)) as database:
        while together := [*islice(heard, TOGETHER)]:
            with database.transaction():
                log.append(database, together, [])


def peak(process: int) -> float:
    """The most memory that a process has had, in MiB: proc_pid_status(5), VmHWM, which is in KiB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
