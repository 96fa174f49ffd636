"""Rollouts in a real cluster, told by a sidecar while the cluster, the network and the sidecar itself are hurt."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle

import pytest

from adapters.cdevents import validation
from adapters.model import Spec
from tests.faults.proxy import Proxy
from tests.real.kubernetes.cluster import Cluster, Json, cluster
from tests.real.kubernetes.nodes import Nodes, digest
from tests.real.kubernetes.workload import NAMESPACE, Told, Workload
from tests.real.troubles import assert_untroubled
from tests.service import Service, configuration
from tests.waiting import until

pytestmark = [
    pytest.mark.real,
    # The server is killed while the test's own client asks it, and then that leaves its socket to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"),
]

PATIENCE = 60.0
ROLLOUTS = 200
KINDS = ["Deployment"] * 17 + ["StatefulSet"] * 5 + ["DaemonSet"] * 3


@dataclass
class World:
    """A cluster, a sidecar that asks it through a network that can be cut, and what it has to tell."""

    cluster: Cluster
    sidecar: Service
    network: Proxy
    expected: list[Told] = field(default_factory=list)

    def told(self) -> list[Told]:
        """What each event says that was published, by its id, once each."""
        events = {each["id"]: each["data"] for each in self.sidecar.published("events")}
        return [_told(each) for each in events.values()]

    def catch_up(self) -> None:
        """Returns when all is told that has to be."""
        missing = set[Told]()

        def caught_up() -> bool:
            missing.clear()
            missing.update(set(self.expected) - set(self.told()))
            return not missing

        try:
            until(caught_up, timeout=PATIENCE)
        except AssertionError:
            raise AssertionError(f"not told: {missing}; told: {self.told()}; {self.sidecar.log()[-2000:]}") from None


def _told(event: Json) -> Told:
    name = event["context"]["type"].rsplit(".", 3)[0].removeprefix("dev.cdevents.")
    data = event["customData"]
    return Told(name, data["workload"]["uid"], data["rollout"].get("revision"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A cluster with one node and one namespace, and a sidecar that has listed what there is: nothing."""
    with cluster(tmp_path_factory.mktemp("cluster")) as found, Nodes(found), Proxy(found.api.port) as network:
        found.make("/api/v1/nodes", {"metadata": {"name": "one"}})
        found.make("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        rollouts = found.source(f"127.0.0.1:{network.port}", mapping="kubernetes/rollout", rollouts={})
        told = configuration(
            sources={"rollouts": rollouts},
            sinks={"events": {"type": "file", "path": "events.jsonl"}},
            routes={"events": {"format": "cdevents", "sink": "events"}},
        )
        sidecar = Service(tmp_path_factory.mktemp("sidecar"), told)
        sidecar.start()
        try:
            yield World(found, sidecar, network)
        finally:
            sidecar.kill()


def test_each_finished_rollout_is_told_once(world: World) -> None:
    """Two hundred, with failures, rollbacks, restarts, scalings and deletions between them, while the API server is
    killed, the watch is cut, history is compacted and the sidecar is killed: none is missed, and none is invented.
    """
    chance = random.Random(7)
    workloads = [Workload(world.cluster, kind, f"{kind.lower()}-{number}") for number, kind in enumerate(KINDS)]
    with ThreadPoolExecutor(len(workloads)) as hands:
        world.expected += hands.map(Workload.make, workloads)
        world.catch_up()
        for trouble in cycle((_nothing, _api_killed, _network_cut, _sidecar_killed, _history_lost)):
            if len(world.expected) >= ROLLOUTS:
                break
            with trouble(world) as happens:
                works = [hands.submit(_something, each, chance.random()) for each in workloads]
                happens()
                world.expected += [told for each in works for told in each.result()]
    world.catch_up()
    assert sorted(map(repr, world.told())) == sorted(map(repr, world.expected))
    for event in world.sidecar.published("events"):
        assert not validation.problems(event["data"], Spec.V0_5_1)
        for image in event["data"]["customData"].get("images", ()):
            assert image["digests"] in ([], [digest(image["image"])])
    assert_untroubled(world.sidecar)


Trouble = Callable[[], None]


@contextmanager
def _nothing(_world: World) -> Iterator[Trouble]:
    """All is well."""
    yield lambda: None


@contextmanager
def _api_killed(world: World) -> Iterator[Trouble]:
    """In the middle of rollouts. It has forgotten all history when it is back: what was is told before more happens."""

    def happens() -> None:
        world.cluster.api.kill()
        world.cluster.start_api()

    world.catch_up()
    yield happens
    world.catch_up()


@contextmanager
def _network_cut(world: World) -> Iterator[Trouble]:
    """Again and again, while rollouts go on."""

    def happens() -> None:
        for _ in range(5):
            world.network.cut()
            time.sleep(0.3)
            world.network.resume()
            time.sleep(0.3)

    yield happens


@contextmanager
def _sidecar_killed(world: World) -> Iterator[Trouble]:
    """In the middle of rollouts; it is back when all are over."""
    yield world.sidecar.kill
    world.sidecar.start()


@contextmanager
def _history_lost(world: World) -> Iterator[Trouble]:
    """While the sidecar is away, all that it could go on from is forgotten."""
    world.catch_up()
    yield world.sidecar.kill
    world.cluster.compact()
    world.cluster.api.kill()
    world.cluster.start_api()
    world.sidecar.start()
    world.catch_up()


def _something(workload: Workload, chance: float) -> list[Told]:
    """One thing is done to a workload, and it is waited for; what has to be told of it."""
    if workload.failed:
        return [workload.recover()]
    if chance < 0.1:
        return workload.restart()
    if chance < 0.2 and workload.kind != "DaemonSet":
        return workload.scale()
    if chance < 0.3 and workload.kind == "Deployment":
        return [workload.fail()]
    if chance < 0.45 and len(workload.runs) > 1:
        return [workload.roll_back()]
    return [workload.remove(), workload.make()] if chance < 0.52 else [workload.upgrade()]
