"""A Lease in a real API server, with the rights that config/ shows: one holds it, and another when that is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog.testing
import yaml

from adapters.model import Checkpoint
from adapters.standby.contract import LEASE, Leader, Lost, Shared, Unavailable
from adapters.standby.lease import MOST, KubernetesLease
from adapters.standby.settings import Lease
from tests.checkout import ROOT
from tests.real.kubernetes.cluster import SIDECAR, Cluster, cluster
from tests.standby.pair import TAKE_OVER, pair
from tests.waiting import until

pytestmark = pytest.mark.real

NAME = "cdevents-jenkins"
INSTANCES = {"jenkins": "https://jenkins.example.com/"}
LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases"


class Clock:
    """Seconds that a test says."""

    now = 0.0

    def __call__(self) -> float:
        """Now."""
        return self.now


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster in which the sidecar's user has the role of the ready configuration."""
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        text = (ROOT / "config" / "kubernetes" / "standby.yaml").read_text(encoding="utf-8")
        [role] = [each for each in yaml.safe_load_all(text) if each["kind"] == "Role"]
        rules = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
        group = "rbac.authorization.k8s.io"
        found.make(f"{rules}/roles", role)
        reference = {"apiGroup": group, "kind": "Role", "name": role["metadata"]["name"]}
        user = {"apiGroup": group, "kind": "User", "name": "cdevents"}
        found.make(f"{rules}/rolebindings", {"metadata": {"name": "standby"}, "roleRef": reference, "subjects": [user]})
        yield found


@pytest.fixture
def clock() -> Clock:
    """The one of all."""
    return Clock()


def settings(world: Cluster, name: str = NAME, port: int | None = None) -> dict[str, Any]:
    """The Lease of a name, asked for at another port than the API server's if need be."""
    url = f"https://127.0.0.1:{port}" if port else world.url
    way = {"url": url, "token": SIDECAR, "tls": {"ca": str(world.authority)}}
    return {"lease": name, "namespace": "default", **way}


@pytest.fixture
def leases(world: Cluster, clock: Clock) -> Iterator[tuple[KubernetesLease, KubernetesLease]]:
    """Two who want the same, which is not there."""
    made = [KubernetesLease(Lease.model_validate(settings(world)), INSTANCES, clock) for _ in range(2)]
    yield made[0], made[1]
    world.ask("DELETE", f"{LEASES}/{NAME}")


Two = tuple[KubernetesLease, KubernetesLease]


def test_one_holds_it_until_it_lets_go(world: Cluster, leases: Two) -> None:
    """Nobody has led before; the next one finds whose it was, and all checkpoints as they were left."""
    first, second = leases
    assert first.acquire() == Shared()
    assert isinstance(second.acquire(), Leader)
    first.renew("a", [Checkpoint("jenkins", "job/x", "7"), Checkpoint("jenkins", "job/y", "1")])
    first.renew("a", [Checkpoint("jenkins", "job/x", "8"), Checkpoint("jenkins", "job/y", None)])
    first.release()
    assert second.acquire() == Shared("a", {"jenkins": {"job/x": "8"}}, INSTANCES)
    spec = world.get(f"{LEASES}/{NAME}")["spec"]
    assert second.leader() == Leader(second._me, spec["acquireTime"], INSTANCES)
    assert (spec["leaseDurationSeconds"], spec["leaseTransitions"]) == (LEASE, 1)


def test_one_that_is_not_renewed_is_taken_when_it_has_ended(leases: Two, clock: Clock) -> None:
    """By the clock of who takes it, from when that saw it last; and who had it can write no more."""
    first, second = leases
    first.acquire()
    first.renew("a", [Checkpoint("jenkins", "job/x", "7")])
    assert isinstance(second.acquire(), Leader)
    clock.now += LEASE - 1
    first.renew("a", [])
    assert isinstance(second.acquire(), Leader)
    clock.now += LEASE - 1
    assert isinstance(second.acquire(), Leader)
    clock.now += 2
    assert second.acquire() == Shared("a", {"jenkins": {"job/x": "7"}}, INSTANCES)
    with pytest.raises(Lost, match=second._me):
        first.renew("a", [Checkpoint("jenkins", "job/x", "8")])
    second.release()
    assert first.acquire() == Shared("a", {"jenkins": {"job/x": "7"}}, INSTANCES)


def test_no_two_processes_are_one_holder(leases: Two) -> None:
    """Though they be on hosts of one name, with copies of one journal; each is told who has it, and of what."""
    first, second = leases
    first.acquire()
    first.renew("a:1", [])
    found = second.acquire()
    assert isinstance(found, Leader)
    assert (found, found.by) == (first.leader(), first._me)
    assert found.instances == {"jenkins": "https://jenkins.example.com/"}


def test_of_two_that_write_at_once_one_has_it(leases: Two) -> None:
    """The server refuses the second write of one version."""
    first, second = leases
    first.acquire()
    first.release()
    found = second._get()
    assert found is not None
    first.acquire()
    second._get = lambda: found  # type: ignore[method-assign]
    assert isinstance(second.acquire(), Leader)


def test_a_label_of_somebody_else_does_not_take_it_away(leases: Two, world: Cluster) -> None:
    """It is written again over that, and the label stays."""
    first, _ = leases
    first.acquire()
    world.ask(
        "PATCH", f"{LEASES}/{NAME}", {"metadata": {"labels": {"team": "ci"}}}, "application/strategic-merge-patch+json"
    )
    with pytest.raises(Unavailable, match="changed by another"):
        first.renew("a", [Checkpoint("jenkins", "job/x", "7")])
    first.renew("a", [])
    found = world.get(f"{LEASES}/{NAME}")["metadata"]
    assert found["labels"] == {"team": "ci"}
    first.release()
    assert first.acquire() == Shared("a", {"jenkins": {"job/x": "7"}}, INSTANCES)


def test_many_jobs_fit_and_too_many_are_told(leases: Two) -> None:
    """The lead is kept all the same, and who comes after begins at the last that did fit."""
    first, second = leases
    first.acquire()
    jobs = {
        f"job/team-{number % 40}/job/service-{number}/job/main": f"{number * 7919}:{number}" for number in range(9_000)
    }
    first.renew("a", [Checkpoint("jenkins", job, text) for job, text in jobs.items()])
    with structlog.testing.capture_logs() as logs:
        noise = [
            Checkpoint("jenkins", f"job/{number * 2654435761 % 2**64:x}{number**7:x}", "1") for number in range(30_000)
        ]
        first.renew("a", noise)
        first.renew("a", [])
    assert [each["event"] for each in logs] == ["too many checkpoints for a Lease"]
    assert logs[0]["bytes"] > MOST
    first.release()
    assert second.acquire() == Shared("a", {"jenkins": jobs}, INSTANCES)


def test_what_the_role_does_not_allow_says_what_to_allow(world: Cluster) -> None:
    """Another name than that in the role may be made, for that cannot be told apart, but not read."""
    other = KubernetesLease(Lease.model_validate(settings(world, "another")))
    with pytest.raises(Unavailable, match=r"403.*let this user's role get"):
        other.acquire()


@pytest.mark.parametrize("fault", ["killed", "cut off"])
def test_another_sidecar_leads_within_fifteen_seconds(world: Cluster, tmp_path: Path, fault: str) -> None:
    """Whether it dies or its network does: no line is lost, and none has two ids."""
    with pair(tmp_path, world.api.port, lambda port: {"kubernetes": settings(world, port=port)}) as both:
        first = both.settled(200)
        assert all(each.ready() for each in both.services)
        both.write(200)
        if fault == "killed":
            both.services[first].kill()
        else:
            both.networks[first].stall()
        began = time.monotonic()
        both.write(200)
        until(lambda: both.leader() == 1 - first)
        assert time.monotonic() - began < TAKE_OVER
        until(both.complete)
    world.ask("DELETE", f"{LEASES}/{NAME}")


def test_an_api_server_that_is_away_is_a_pause(world: Cluster, tmp_path: Path) -> None:
    """Nobody hears meanwhile, and somebody after it; the sidecars are ready all the time."""
    with pair(tmp_path, world.api.port, lambda port: {"kubernetes": settings(world, port=port)}) as both:
        both.settled(100)
        for network in both.networks:
            network.cut()
        until(lambda: both.leader() is None)
        assert all(each.ready() for each in both.services)
        assert any("the lead could not be renewed" in each.log() for each in both.services)
        for network in both.networks:
            network.resume()
        until(lambda: both.leader() is not None)
        both.settled(100)
    world.ask("DELETE", f"{LEASES}/{NAME}")
