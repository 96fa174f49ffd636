"""Thousands of workloads as their controllers and nodes would leave them, written where the API server keeps them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.real.kubernetes.cluster import Cluster, Json
from tests.real.kubernetes.nodes import digest

NAMESPACE = "many"
_AT_ONCE = 100
"""Objects of one transaction; etcd takes 128."""


def written(cluster: Cluster, count: int, revision: int) -> None:
    """So many Deployments are complete at a revision, each with its ReplicaSet and a pod."""
    every = (each for number in range(count) for each in _objects(f"web-{number}", revision))
    while some := [each for _, each in zip(range(_AT_ONCE), every, strict=False)]:
        cluster.store(dict(some))


def _objects(name: str, revision: int) -> Iterator[tuple[str, Json]]:
    """Each object, by the key that it has in etcd."""
    hashed, labels = f"{name}-{revision}", {"app": name}
    hashes = {**labels, "pod-template-hash": str(revision)}
    annotations = {"deployment.kubernetes.io/revision": str(revision)}
    template = {"metadata": {"labels": labels}, "spec": _pod(name, revision)}
    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), 1)
    yield (
        f"/registry/deployments/{NAMESPACE}/{name}",
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {**_about(name, f"d-{name}"), "generation": revision, "annotations": annotations},
            "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
            "status": {"observedGeneration": revision, **counts},
        },
    )
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "uid": f"d-{name}", "controller": True}
    yield (
        f"/registry/replicasets/{NAMESPACE}/{hashed}",
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                **_about(hashed, f"r-{hashed}"),
                "labels": hashes,
                "annotations": annotations,
                "ownerReferences": [owner],
            },
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": hashes},
                "template": {**template, "metadata": {"labels": hashes}},
            },
        },
    )
    owner = {**owner, "kind": "ReplicaSet", "name": hashed, "uid": f"r-{hashed}"}
    image = template["spec"]["containers"][0]["image"]
    running = {"name": "main", "image": image, "imageID": f"{image.rpartition(':')[0]}@{digest(image)}", "ready": True}
    yield (
        f"/registry/pods/{NAMESPACE}/{hashed}",
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**_about(hashed, f"p-{hashed}"), "labels": hashes, "ownerReferences": [owner]},
            "spec": template["spec"],
            "status": {"phase": "Running", "containerStatuses": [{**running, "restartCount": 0}]},
        },
    )


def _about(name: str, uid: str) -> Json:
    return {"name": name, "namespace": NAMESPACE, "uid": uid, "creationTimestamp": "2026-05-04T09:00:00Z"}


def _pod(name: str, revision: int) -> Json:
    """As large as pods are: with some environment."""
    environment = [{"name": f"SETTING_{number}", "value": "x" * 40} for number in range(30)]
    return {
        "containers": [{"name": "main", "image": f"registry.example.com/many/{name}:{revision}", "env": environment}]
    }
