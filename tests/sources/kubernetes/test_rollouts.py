"""Each revision of a workload is told once, when it is complete by kubectl's rules, has failed, or is gone."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sources.kubernetes.rollouts.template import fingerprints
from tests.sources.kubernetes.conftest import Json, World
from tests.sources.kubernetes.server import ApiServer
from tests.sources.kubernetes.workloads import (
    CHILD,
    DEPLOYMENTS,
    INDEX,
    PODS,
    REPLICA_SETS,
    SERVICES,
    deployment,
    pod,
    replica_set,
    template,
)

ONE, TWO, THREE = (template(f"r.example.com/shop/web:{number}") for number in (1, 2, 3))
ROLLOUTS: Json = {"rollouts": {"kinds": ["Deployment"]}}


def running(api: ApiServer, name: str, revision: int, pods: Json, history: str = "", **more: Any) -> None:
    """A ReplicaSet, and a pod of it."""
    api.put(REPLICA_SETS, replica_set(name, revision, pods, history))
    image_id = more.pop("image_id", f"r.example.com/shop/web@{CHILD}")
    api.put(PODS, pod(f"web-{name}-x", f"uid-rs-{name}", {"pod-template-hash": name}, image_id, **more))


async def test_a_rollout_is_told_when_it_is_complete(world: World, api: ApiServer) -> None:
    """With the images that its pods run, what was before it, and who and why, as far as anybody says."""
    running(api, "aaa", 1, ONE)
    api.put(DEPLOYMENTS, deployment(1, ONE))
    async with world.source(**ROLLOUTS):
        running(api, "bbb", 2, TWO)
        api.put(DEPLOYMENTS, deployment(1, TWO, generation=6, observed=5))
        api.put(DEPLOYMENTS, deployment(2, TWO, ready=1, generation=6))
        told: Json = {
            "annotations": {"kubernetes.io/change-cause": "shop 2"},
            "metadata": {
                "managedFields": [
                    {"manager": "kubectl-create", "time": "1", "fieldsV1": {"f:spec": {"f:template": {"f:spec": {}}}}},
                    {"manager": "argocd", "time": "2", "fieldsV1": {"f:spec": {"f:template": {"f:spec": {}}}}},
                    {"manager": "kube-controller-manager", "time": "3", "subresource": "status", "fieldsV1": {}},
                ]
            },
        }
        api.put(DEPLOYMENTS, deployment(2, TWO, generation=6, **told))
        api.put(DEPLOYMENTS, deployment(2, TWO, generation=6, **told))
        [document] = await world.hears(1)
    assert document == {
        "type": "complete",
        "first": False,
        "workload": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "namespace": "shop",
            "name": "web",
            "uid": "uid-web",
            "created": "2026-05-04T09:00:00Z",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"deployment.kubernetes.io/revision": "2", "kubernetes.io/change-cause": "shop 2"},
        },
        "template": {
            "labels": {"app": "web"},
            "annotations": {},
            "containers": [{"name": "web", "image": "r.example.com/shop/web:2"}],
        },
        "revision": 2,
        "hash": "bbb",
        "returned": False,
        "replicas": 2,
        "images": [
            {
                "name": "web",
                "image": "r.example.com/shop/web:2",
                "digests": [CHILD],
                "imageIDs": [f"r.example.com/shop/web@{CHILD}"],
                "reference": f"r.example.com/shop/web@{CHILD}",
            }
        ],
        "before": {
            "revision": 1,
            "images": [{"name": "web", "image": "r.example.com/shop/web:1", "digests": []}],
        },
        "manager": "argocd",
        "cause": "shop 2",
        "at": "2026-05-04T10:00:07Z",
    }


async def test_the_index_that_was_asked_for_comes_before_what_nodes_run_of_it(world: World, api: ApiServer) -> None:
    """Both are told; what is only known by the digest of its configuration has none."""
    pods = template(f"r.example.com:5000/web:2@{INDEX}")
    async with world.source(**ROLLOUTS):
        running(api, "aaa", 1, pods, image_id=f"docker-pullable://r.example.com:5000/web@{CHILD}")
        api.put(PODS, pod("web-built", "uid-rs-aaa", {"pod-template-hash": "aaa"}, f"sha256:{'9' * 64}"))
        api.put(PODS, pod("web-of-before", "uid-rs-zzz", {"pod-template-hash": "zzz"}, f"x@sha256:{'8' * 64}"))
        api.put(DEPLOYMENTS, deployment(1, pods))
        [document] = await world.hears(1)
    [image] = document["images"]
    assert image["digests"] == [INDEX, CHILD]
    assert image["reference"] == f"r.example.com:5000/web@{INDEX}"
    assert document["first"] is True


@pytest.mark.parametrize(
    "image_id", ["", f"sha256:{'9' * 64}", f"docker://sha256:{'9' * 64}", f"docker-pullable://sha256:{'9' * 64}"]
)
async def test_an_image_without_a_manifest_has_no_digest(world: World, api: ApiServer, image_id: str) -> None:
    """It was built or loaded on its node, or not pulled yet."""
    async with world.source(**ROLLOUTS):
        running(api, "aaa", 1, ONE, image_id=image_id)
        api.put(DEPLOYMENTS, deployment(1, ONE))
        [document] = await world.hears(1)
    assert document["images"][0]["digests"] == []
    assert "reference" not in document["images"][0]


async def test_what_changes_no_revision_is_not_told(world: World, api: ApiServer) -> None:
    """Scaling up and down, to nothing and back, pausing, pods that die: all of the same revision."""
    running(api, "aaa", 1, ONE)
    api.put(DEPLOYMENTS, deployment(1, ONE))
    async with world.source(**ROLLOUTS):
        for ready, replicas in ((2, 5), (5, 5), (1, 1), (0, 0), (0, 3), (3, 3), (1, 3), (3, 3)):
            api.put(DEPLOYMENTS, deployment(1, ONE, ready=ready, replicas=replicas, reason="NewReplicaSetAvailable"))
        running(api, "bbb", 2, TWO)
        api.put(DEPLOYMENTS, deployment(2, TWO))
        assert [each["revision"] for each in await world.hears(1)] == [2]


async def test_a_restart_without_a_change_is_not_told(world: World, api: ApiServer) -> None:
    """Though it is a revision of its own; with a change it is, and so is to go back to what was before."""
    running(api, "aaa", 1, ONE)
    api.put(DEPLOYMENTS, deployment(1, ONE))
    async with world.source(**ROLLOUTS):
        again = template("r.example.com/shop/web:1", restarted="2026-05-04T11:00:00Z")
        running(api, "bbb", 2, again)
        api.put(DEPLOYMENTS, deployment(2, again))
        changed = template("r.example.com/shop/web:1", restarted="2026-05-04T12:00:00Z", LEVEL="debug")
        running(api, "ccc", 3, changed)
        api.put(DEPLOYMENTS, deployment(3, changed))
        assert [each["revision"] for each in await world.hears(1)] == [3]


@pytest.mark.parametrize(
    "mark", ["kubectl.kubernetes.io/restartedAt", "cattle.io/timestamp", "kubesphere.io/restartedAt"]
)
def test_what_only_starts_pods_anew_is_no_other_template(mark: str) -> None:
    """Whichever console wrote it; any other annotation is a change."""
    plain = template("r.example.com/shop/web:1")
    restarted, changed = (
        {**plain, "metadata": {**plain["metadata"], "annotations": {name: "2026-05-04T11:00:00Z"}}}
        for name in (mark, "checksum/config")
    )
    assert fingerprints(restarted)[1] == fingerprints(plain)[1] != fingerprints(changed)[1]


async def test_a_restart_that_began_before_the_first_start_is_not_told(world: World, api: ApiServer) -> None:
    """The history knows what was before."""
    again = template("r.example.com/shop/web:1", restarted="2026-05-04T11:00:00Z")
    running(api, "aaa", 1, ONE)
    running(api, "bbb", 2, again)
    api.put(DEPLOYMENTS, deployment(2, again, ready=1))
    async with world.source(**ROLLOUTS):
        api.put(DEPLOYMENTS, deployment(2, again))
        running(api, "ccc", 3, TWO)
        api.put(DEPLOYMENTS, deployment(3, TWO))
        assert [each["revision"] for each in await world.hears(1)] == [3]


async def test_a_template_that_comes_back_is_said_to(world: World, api: ApiServer) -> None:
    """Its ReplicaSet had another revision before."""
    running(api, "aaa", 1, ONE)
    running(api, "bbb", 2, TWO)
    api.put(DEPLOYMENTS, deployment(2, TWO))
    async with world.source(**ROLLOUTS):
        api.put(REPLICA_SETS, replica_set("aaa", 3, ONE, history="1"))
        api.put(DEPLOYMENTS, deployment(3, ONE))
        [document] = await world.hears(1)
    assert (document["revision"], document["returned"], document["hash"]) == (3, True, "aaa")


async def test_a_rollout_that_fails_is_told_with_the_reasons(world: World, api: ApiServer) -> None:
    """Once, with what its pods wait for; and to go back from it is told, though nothing else was complete."""
    running(api, "aaa", 1, ONE)
    api.put(DEPLOYMENTS, deployment(1, ONE))
    late: Json = {"reason": "ProgressDeadlineExceeded", "message": 'ReplicaSet "web-bbb" has timed out progressing.'}
    async with world.source(**ROLLOUTS):
        running(api, "bbb", 2, TWO, image_id="", waiting={"reason": "ImagePullBackOff", "message": "no such image"})
        api.put(DEPLOYMENTS, deployment(2, TWO, ready=1, **late))
        api.put(DEPLOYMENTS, deployment(2, TWO, ready=1, replicas=4, **late))
        api.put(REPLICA_SETS, replica_set("aaa", 3, ONE, history="1"))
        api.put(DEPLOYMENTS, deployment(3, ONE, ready=1, **late))
        api.put(DEPLOYMENTS, deployment(3, ONE, message='ReplicaSet "web-aaa" has successfully progressed.'))
        failed, back = await world.hears(2)
    assert (failed["type"], failed["revision"], failed["reason"]) == ("failed", 2, "ProgressDeadlineExceeded")
    assert failed["waiting"] == [{"container": "web", "reason": "ImagePullBackOff", "message": "no such image"}]
    assert failed["at"] == "2026-05-04T10:00:00Z"
    assert failed["before"]["revision"] == 1
    assert (back["type"], back["revision"], back["returned"]) == ("complete", 3, True)


async def test_a_rollout_that_failed_may_be_complete_later(world: World, api: ApiServer) -> None:
    """Both are told, in this order."""
    late: Json = {"reason": "ProgressDeadlineExceeded"}
    async with world.source(**ROLLOUTS):
        running(api, "aaa", 1, ONE)
        api.put(DEPLOYMENTS, deployment(1, ONE, ready=1, **late))
        api.put(DEPLOYMENTS, deployment(1, ONE))
        api.put(DEPLOYMENTS, deployment(1, ONE, ready=1, **late))
        api.put(DEPLOYMENTS, deployment(1, ONE))
        assert [each["type"] for each in await world.hears(2)] == ["failed", "complete"]


async def test_no_replicas_are_no_deployment(world: World, api: ApiServer) -> None:
    """Until there are some; nor is it removed that has none any more."""
    async with world.source(**ROLLOUTS):
        running(api, "aaa", 1, ONE)
        api.put(DEPLOYMENTS, deployment(1, ONE, ready=0, replicas=0))
        api.put(DEPLOYMENTS, deployment(1, ONE, ready=0, replicas=1))
        api.put(DEPLOYMENTS, deployment(1, ONE, ready=1, replicas=1))
        api.put(DEPLOYMENTS, deployment(1, ONE, ready=0, replicas=0))
        assert [(each["type"], each["first"]) for each in await world.hears(1)] == [("complete", True)]


async def test_what_is_gone_is_told_with_what_ran_at_last(world: World, api: ApiServer) -> None:
    """Whether it went under our eyes or not; what never ran is not."""
    running(api, "aaa", 1, ONE)
    async with world.source(**ROLLOUTS):
        api.put(DEPLOYMENTS, deployment(1, ONE))
        await world.hears(1)
        never = deployment(1, ONE, ready=0)
        api.put(DEPLOYMENTS, {**never, "metadata": {**never["metadata"], "uid": "uid-never"}})
        api.delete(DEPLOYMENTS, "uid-never")
        api.delete(DEPLOYMENTS, "uid-web")
        _, gone = await world.hears(2)
    assert (gone["type"], gone["workload"]["name"], gone["before"]["revision"]) == ("gone", "web", 1)
    assert gone["before"]["images"][0]["reference"] == f"r.example.com/shop/web@{CHILD}"


async def test_what_went_while_nobody_looked_is_told(world: World, api: ApiServer) -> None:
    """By the list that follows, with the marks that say whose it was."""
    tracked = {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web"}
    running(api, "aaa", 1, ONE)
    api.put(DEPLOYMENTS, deployment(1, ONE, annotations=tracked))
    async with world.source(**ROLLOUTS):
        pass
    api.delete(DEPLOYMENTS, "uid-web")
    api.bookmark(DEPLOYMENTS)
    api.forget()
    async with world.source(**ROLLOUTS):
        [gone] = await world.hears(1)
    assert gone["workload"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "namespace": "shop",
        "name": "web",
        "uid": "uid-web",
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {"deployment.kubernetes.io/revision": "1", **tracked},
    }


async def test_what_was_complete_while_away_is_told_once(world: World, api: ApiServer) -> None:
    """After the history is lost, too; and never what was told before."""
    running(api, "aaa", 1, ONE)
    api.put(DEPLOYMENTS, deployment(1, ONE))
    async with world.source(**ROLLOUTS):
        running(api, "bbb", 2, TWO)
        api.put(DEPLOYMENTS, deployment(2, TWO))
        await world.hears(1)
    running(api, "ccc", 3, THREE)
    api.put(DEPLOYMENTS, deployment(3, THREE))
    api.bookmark(DEPLOYMENTS)
    api.forget()
    for _ in range(2):
        async with world.source(**ROLLOUTS):
            assert [each["revision"] for each in await world.hears(2)] == [2, 3]


async def test_revisions_that_were_complete_while_away_are_told_as_they_were(world: World, api: ApiServer) -> None:
    """As long as the server remembers them, each in its turn, though its pods may be gone by then."""
    running(api, "aaa", 1, ONE)
    api.put(DEPLOYMENTS, deployment(1, ONE))
    async with world.source(**ROLLOUTS):
        pass
    running(api, "bbb", 2, TWO)
    api.put(DEPLOYMENTS, deployment(2, TWO))
    api.delete(PODS, "uid-web-bbb-x")
    api.put(REPLICA_SETS, replica_set("aaa", 3, ONE, history="1"))
    api.put(DEPLOYMENTS, deployment(3, ONE))
    async with world.source(**ROLLOUTS):
        told = await world.hears(2)
    assert [(each["revision"], each["hash"], each["returned"]) for each in told] == [
        (2, "bbb", False),
        (3, "aaa", True),
    ]
    assert told[0]["images"][0]["digests"] == []


async def test_many_at_once_are_asked_about_together(world: World, api: ApiServer) -> None:
    """A catch-up does not ask a question for each workload, and finds the same."""
    numbers = range(60)
    named = {number: deployment(1, ONE) for number in numbers}
    for number, each in named.items():
        each["metadata"] |= {"uid": f"uid-{number}", "name": f"web-{number}"}
        api.put(DEPLOYMENTS, each)
    async with world.source(**ROLLOUTS):
        pass
    for number in numbers:
        api.put(REPLICA_SETS, replica_set(f"h{number}", 2, TWO, owner=f"uid-{number}"))
        api.put(PODS, pod(f"p{number}", f"uid-rs-h{number}", {"pod-template-hash": f"h{number}"}, f"r/web@{CHILD}"))
        changed = deployment(2, TWO)
        changed["metadata"] |= {"uid": f"uid-{number}", "name": f"web-{number}"}
        api.put(DEPLOYMENTS, changed)
    api.bookmark(DEPLOYMENTS)
    api.forget()
    api.asked.clear()
    async with world.source(**ROLLOUTS):
        told = await world.hears(len(numbers))
    assert {each["workload"]["uid"] for each in told} == {f"uid-{number}" for number in numbers}
    assert all(each["images"][0]["digests"] == [CHILD] for each in told)
    assert len(api.asked) < 10


async def test_pods_that_may_not_be_listed_cost_the_digests_alone(world: World, api: ApiServer) -> None:
    """The rollout is told all the same."""
    api.forbidden.add("pods")
    async with world.source(**ROLLOUTS):
        running(api, "aaa", 1, ONE)
        api.put(DEPLOYMENTS, deployment(1, ONE))
        [document] = await world.hears(1)
    assert document["images"] == [{"name": "web", "image": "r.example.com/shop/web:1", "digests": [], "imageIDs": []}]


@pytest.mark.parametrize(
    "odd",
    [
        {"status": None},
        {"status": "none"},
        {"spec": None},
        {"spec": {"replicas": "many", "template": []}},
        {"status": {"conditions": {"a": 1}, "observedGeneration": "x"}},
        {"metadata": {"uid": "uid-odd", "annotations": ["a"], "labels": 7}},
        {"metadata": {"uid": "uid-odd", "generation": "1", "managedFields": 3}},
    ],
)
async def test_objects_of_another_shape_are_no_rollouts(world: World, api: ApiServer, odd: Json) -> None:
    """Nor do they keep others from being told."""
    async with world.source(**ROLLOUTS):
        whole = deployment(1, ONE)
        api.put(DEPLOYMENTS, {**whole, "metadata": {**whole["metadata"], "uid": "uid-odd"}, **odd})
        running(api, "aaa", 1, ONE)
        api.put(DEPLOYMENTS, deployment(1, ONE))
        api.put(DEPLOYMENTS, deployment(2, TWO))
        told = await world.hears(2)
    assert [each["revision"] for each in told if each["workload"]["uid"] == "uid-web"] == [1, 2]


async def test_a_revision_that_has_no_number_yet_is_waited_for(world: World, api: ApiServer) -> None:
    """The annotation is missing for a moment after a Deployment was made."""
    async with world.source(**ROLLOUTS):
        running(api, "aaa", 1, ONE)
        api.put(DEPLOYMENTS, deployment(None, ONE))
        api.put(DEPLOYMENTS, deployment(1, ONE))
        assert len(await world.hears(1)) == 1


def service(name: str, selector: Json) -> Json:
    """A Service in the same namespace."""
    return {
        "metadata": {"name": name, "namespace": "shop", "uid": f"uid-service-{name}"},
        "spec": {"selector": selector},
    }


PUBLISHED: Json = {"rollouts": {"kinds": ["Deployment"], "published": True}}


@pytest.mark.parametrize("before", [True, False])
async def test_the_first_service_that_answers_is_told(world: World, api: ApiServer, *, before: bool) -> None:
    """Whether it is there before what it chooses runs, or after that; no second one is, nor one that chooses others."""
    api.put(SERVICES, service("others", {"app": "cart"}))
    async with world.source(lists=2, **PUBLISHED):
        if before:
            api.put(SERVICES, service("web", {"app": "web"}))
            await world.knows("web")
        running(api, "aaa", 1, ONE)
        api.put(DEPLOYMENTS, deployment(1, ONE))
        if not before:
            await world.hears(1)
            api.put(SERVICES, service("none", {}))
            api.put(SERVICES, service("web", {"app": "web"}))
        await world.hears(2)
        api.put(SERVICES, service("second", {"app": "web"}))
        running(api, "bbb", 2, TWO)
        api.put(DEPLOYMENTS, deployment(2, TWO))
        told = await world.hears(3)
    assert [each["type"] for each in told] == ["complete", "published", "complete"]
    assert (told[1]["service"], told[1]["revision"], told[1]["workload"]["name"]) == ("web", 1, "web")
    assert told[1]["workload"]["labels"] == told[0]["workload"]["labels"]
    assert told[1]["workload"]["annotations"] == told[0]["workload"]["annotations"]
    assert told[1]["images"][0]["digests"] == [CHILD]


async def test_what_a_service_answered_for_at_the_very_first_is_not_told(world: World, api: ApiServer) -> None:
    """Nor after a restart."""
    api.put(SERVICES, service("web", {"app": "web"}))
    running(api, "aaa", 1, ONE)
    api.put(DEPLOYMENTS, deployment(1, ONE))
    for revision, pods in ((2, TWO), (3, THREE)):
        async with world.source(lists=2, **PUBLISHED):
            running(api, f"n{revision}", revision, pods)
            api.put(DEPLOYMENTS, deployment(revision, pods))
            told = await world.hears(revision - 1)
    assert [each["type"] for each in told] == ["complete", "complete"]
