"""StatefulSets, DaemonSets and Argo's Rollouts are told of by their own rules."""

from __future__ import annotations

import pytest

from tests.sources.kubernetes.conftest import Json, World
from tests.sources.kubernetes.server import ApiServer
from tests.sources.kubernetes.workloads import (
    CHILD,
    DAEMON_SETS,
    HISTORY,
    PODS,
    REPLICA_SETS,
    ROLLOUTS,
    STATEFUL_SETS,
    controller_revision,
    daemon_set,
    pod,
    replica_set,
    rollout,
    stateful_set,
    template,
)

ONE, TWO = template("r.example.com/shop/web:1"), template("r.example.com/shop/web:2")


def kinds(*names: str) -> Json:
    """The settings for rollouts of these."""
    return {"rollouts": {"kinds": names}}


async def test_a_stateful_set_is_complete_when_all_its_pods_are_updated_and_ready(world: World, api: ApiServer) -> None:
    """With the number of its revision, and the digests that pods of this revision run."""
    api.put(HISTORY, controller_revision("web-a", 1, ONE))
    api.put(STATEFUL_SETS, stateful_set("web-a", ONE))
    async with world.source(**kinds("StatefulSet")):
        api.put(HISTORY, controller_revision("web-b", 2, TWO, "2026-05-04T09:30:00Z"))
        api.put(PODS, pod("web-0", "uid-web", {"controller-revision-hash": "web-b"}, f"r/web@{CHILD}"))
        api.put(PODS, pod("web-1", "uid-web", {"controller-revision-hash": "web-a"}, f"r/web@sha256:{'7' * 64}"))
        api.put(STATEFUL_SETS, stateful_set("web-b", TWO, current="web-a", ready=0))
        api.put(STATEFUL_SETS, stateful_set("web-b", TWO, current="web-a", ready=1))
        api.put(STATEFUL_SETS, stateful_set("web-b", TWO, current="web-a", ready=2, running=1))
        api.put(STATEFUL_SETS, stateful_set("web-b", TWO))
        [document] = await world.hears(1)
    assert (document["type"], document["revision"], document["hash"]) == ("complete", 2, "web-b")
    assert (document["returned"], document["first"]) == (False, False)
    assert document["images"][0]["digests"] == [CHILD]
    assert document["at"] == "2026-05-04T10:00:05Z"


async def test_of_a_partition_a_revision_is_complete_when_its_part_is(world: World, api: ApiServer) -> None:
    """But not while the partition leaves it no pod at all; the rest of it, later, is the same revision."""
    api.put(HISTORY, controller_revision("web-a", 1, ONE))
    api.put(STATEFUL_SETS, stateful_set("web-a", ONE))
    async with world.source(**kinds("StatefulSet")):
        api.put(HISTORY, controller_revision("web-b", 2, TWO))
        api.put(STATEFUL_SETS, stateful_set("web-b", TWO, current="web-a", ready=0, partition=2))
        api.put(STATEFUL_SETS, stateful_set("web-b", TWO, current="web-a", ready=1, partition=1))
        api.put(STATEFUL_SETS, stateful_set("web-b", TWO))
        [document] = await world.hears(1)
    assert document["partition"] == 1


async def test_a_revision_comes_back_however_often(world: World, api: ApiServer) -> None:
    """One that is older than what ran before, and one that is younger, but was complete before."""
    api.put(HISTORY, controller_revision("web-a", 1, ONE))
    api.put(STATEFUL_SETS, stateful_set("web-a", ONE))
    async with world.source(**kinds("StatefulSet")):
        api.put(HISTORY, controller_revision("web-b", 2, TWO, "2026-05-04T09:30:00Z"))
        api.put(STATEFUL_SETS, stateful_set("web-b", TWO))
        await world.hears(1)
        api.put(HISTORY, controller_revision("web-a", 3, ONE))
        api.put(STATEFUL_SETS, stateful_set("web-a", ONE))
        await world.hears(2)
        api.put(HISTORY, controller_revision("web-b", 4, TWO, "2026-05-04T09:30:00Z"))
        api.put(STATEFUL_SETS, stateful_set("web-b", TWO))
        told = await world.hears(3)
    assert [(each["revision"], each["returned"]) for each in told] == [(2, False), (3, True), (4, True)]


async def test_what_is_updated_only_when_pods_are_deleted_is_never_complete(world: World, api: ApiServer) -> None:
    """With OnDelete nobody can say when."""
    async with world.source(**kinds("StatefulSet")):
        api.put(HISTORY, controller_revision("web-a", 1, ONE))
        api.put(STATEFUL_SETS, stateful_set("web-a", ONE, strategy="OnDelete"))
        api.put(STATEFUL_SETS, stateful_set("web-a", ONE))
        assert len(await world.hears(1)) == 1


async def test_a_daemon_set_is_complete_on_all_its_nodes(world: World, api: ApiServer) -> None:
    """A node more or less later is none of its rollouts."""
    api.put(HISTORY, controller_revision("web-a", 1, ONE))
    api.put(DAEMON_SETS, daemon_set(1, ONE))
    async with world.source(**kinds("DaemonSet")):
        api.put(HISTORY, controller_revision("web-b", 2, TWO, "2026-05-04T09:30:00Z"))
        api.put(PODS, pod("web-x", "uid-web", {"controller-revision-hash": "b"}, f"r/web@{CHILD}"))
        api.put(DAEMON_SETS, daemon_set(2, TWO, updated=1, available=2))
        api.put(DAEMON_SETS, daemon_set(2, TWO, available=2))
        api.put(DAEMON_SETS, daemon_set(2, TWO))
        api.put(DAEMON_SETS, daemon_set(2, TWO, available=2))
        api.put(DAEMON_SETS, daemon_set(2, TWO))
        api.put(HISTORY, controller_revision("web-a", 3, ONE))
        api.put(DAEMON_SETS, daemon_set(3, ONE))
        told = await world.hears(2)
    assert [(each["revision"], each["hash"], each["returned"]) for each in told] == [(2, "b", False), (3, "a", True)]
    assert told[0]["images"][0]["digests"] == [CHILD]


@pytest.mark.parametrize(("phase", "type_"), [("Healthy", "complete"), ("Degraded", "failed")])
async def test_a_rollout_of_argo_is_what_its_controller_says(
    world: World, api: ApiServer, phase: str, type_: str
) -> None:
    """Not while it pauses between steps; it has failed when it was aborted."""
    api.put(REPLICA_SETS, replica_set("aaa", 1, ONE, prefix="rollout.argoproj.io"))
    api.put(ROLLOUTS, rollout(1, ONE, "aaa", "aaa"))
    async with world.source(**kinds("Rollout")):
        api.put(REPLICA_SETS, replica_set("bbb", 2, TWO, prefix="rollout.argoproj.io"))
        api.put(ROLLOUTS, rollout(2, TWO, "bbb", "aaa", phase="Progressing"))
        api.put(ROLLOUTS, rollout(2, TWO, "bbb", "aaa", phase="Paused"))
        if phase == "Healthy":
            api.put(ROLLOUTS, rollout(2, TWO, "bbb", "bbb"))
        else:
            api.put(ROLLOUTS, rollout(2, TWO, "bbb", "aaa", phase=phase, reason="RolloutAborted"))
        [document] = await world.hears(1)
    assert (document["type"], document["revision"], document["hash"]) == (type_, 2, "bbb")
    assert document["workload"]["apiVersion"] == "argoproj.io/v1alpha1"


async def test_a_rollout_of_argo_may_have_its_template_from_a_deployment(world: World, api: ApiServer) -> None:
    """Its ReplicaSet knows it."""
    async with world.source(**kinds("Rollout")):
        api.put(REPLICA_SETS, replica_set("aaa", 1, ONE, prefix="rollout.argoproj.io"))
        whole = rollout(1, ONE, "aaa", "aaa")
        reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
        api.put(ROLLOUTS, {**whole, "spec": {"replicas": 2, "workloadRef": reference}})
        [document] = await world.hears(1)
    assert [each["image"] for each in document["images"]] == ["r.example.com/shop/web:1"]
