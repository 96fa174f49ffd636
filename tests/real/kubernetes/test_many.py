"""Five thousand workloads: what it costs to watch them, and how fast it is caught up with what happened to all."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.real.kubernetes.cluster import Cluster, cluster
from tests.real.kubernetes.many import NAMESPACE, written
from tests.real.kubernetes.nodes import digest
from tests.service import Service, configuration
from tests.waiting import until

pytestmark = pytest.mark.real

WORKLOADS = 5000
MOST_MEMORY = 150 << 20
MOST_CPU = 0.05
QUIET = 20.0
CATCH_UP = 30.0


@dataclass
class World:
    """A cluster with all of them, and a sidecar that is not up."""

    cluster: Cluster
    sidecar: Service

    def process(self) -> psutil.Process:
        """The sidecar's."""
        assert self.sidecar.process is not None
        return psutil.Process(self.sidecar.process.pid)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """No controllers: what they would bring about is written as if they had."""
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        found.controllers.kill()
        found.make("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        written(found, WORKLOADS, 1)
        told = configuration(
            sources={"rollouts": found.source(mapping="kubernetes/rollout", rollouts={})},
            sinks={"events": {"type": "file", "path": "events.jsonl"}},
            routes={"events": {"format": "cdevents", "sink": "events"}},
        )
        sidecar = Service(tmp_path_factory.mktemp("sidecar"), told)
        try:
            yield World(found, sidecar)
        finally:
            sidecar.kill()


def test_thousands_of_workloads_are_watched_at_little_cost(world: World) -> None:
    """In memory and, while nothing happens, in time; then what happened to all of them is told in half a minute."""
    world.sidecar.start()
    before = world.sidecar.folder / "journal.db"
    until(lambda: before.exists() and _known(world) == WORKLOADS)
    process = world.process()
    began = process.cpu_times()
    time.sleep(QUIET)
    ended = process.cpu_times()
    busy = (ended.user + ended.system - began.user - began.system) / QUIET
    memory = process.memory_info().rss
    assert memory < MOST_MEMORY, f"{memory >> 20} MiB"
    assert busy < MOST_CPU, f"{busy:.1%} of a core"
    world.sidecar.kill()
    written(world.cluster, WORKLOADS, 2)
    world.cluster.compact()
    world.cluster.api.kill()
    world.cluster.start_api()
    started = time.monotonic()
    world.sidecar.start()
    until(lambda: _lines(world.sidecar.folder / "events.jsonl") >= WORKLOADS, timeout=4 * CATCH_UP)
    took = time.monotonic() - started
    memory = world.process().memory_info().rss
    events = [each["data"] for each in world.sidecar.published("events")]
    assert len({each["context"]["id"] for each in events}) == WORKLOADS
    assert {each["context"]["type"] for each in events} == {"dev.cdevents.service.upgraded.0.3.0"}
    assert all(
        digest(each["customData"]["images"][0]["image"]) in each["subject"]["content"]["artifactId"] for each in events
    )
    assert took < CATCH_UP, f"{took:.1f} s"
    assert memory < MOST_MEMORY, f"{memory >> 20} MiB"


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def _known(world: World) -> int:
    """Of how many workloads something is kept."""
    with sqlite3.connect(f"file:{world.sidecar.folder / 'journal.db'}?mode=ro", uri=True) as journal:
        return int(journal.execute("SELECT count(*) FROM checkpoint WHERE key LIKE '%deployments#%'").fetchone()[0])
