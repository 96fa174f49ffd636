"""Resident memory of a sidecar: idle, of three tools and of one, and when it has published 100,000 notifications."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil

from bench.load import post
from bench.service import started, wait_for_lines
from bench.table import Row
from bench.translation import BODY
from tests.service import INSTANCE, Service

COUNT = 100_000
MAPPINGS = ("jenkins/notification", "gerrit/events", "registry/distribution")
THREE = {
    mapping.partition("/")[0]: {"type": "webhook", "path": f"/{mapping}", "instance": INSTANCE, "mapping": mapping}
    for mapping in MAPPINGS
}


def rows() -> Iterator[Row]:
    """Mebibytes, and how fast all of it was published."""
    with started(sources=THREE) as service:
        yield Row("memory: resident, idle, with three sources", _mebibytes(service), "MiB", at_most=47)
    with started() as service:
        yield Row("memory: resident, idle", _mebibytes(service), "MiB", at_most=45)
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
