"""Resident memory of a sidecar: when nothing has happened, and when it has published 100,000 notifications."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil

from bench.load import post
from bench.service import started, wait_for_lines
from bench.table import Row
from bench.translation import BODY
from tests.service import Service

COUNT = 100_000


def rows() -> Iterator[Row]:
    """Mebibytes, and how fast all of it was published."""
    with started() as service:
        yield Row("memory: resident, idle", _mebibytes(service), "MiB", at_most=80)
        begin = time.perf_counter()
        post(service.port, BODY, count=COUNT)
        wait_for_lines(service.folder / "cdevents.jsonl", 2 * COUNT)
        wait_for_lines(service.folder / "legacy.jsonl", COUNT)
        seconds = time.perf_counter() - begin
        yield Row(f"memory: resident, after {COUNT:,} notifications", _mebibytes(service), "MiB")
        yield Row("memory: notifications meanwhile, from the webhook to both files", COUNT / seconds, "/s")


def _mebibytes(service: Service) -> float:
    assert service.process is not None
    return float(psutil.Process(service.process.pid).memory_info().rss) / 2**20
