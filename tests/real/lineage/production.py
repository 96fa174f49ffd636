"""A workload in a real cluster, whose one pod this test runs, as a node would."""

from __future__ import annotations

from typing import Any

from tests.real.kubernetes.cluster import Cluster
from tests.waiting import until

NAMESPACE, NAME = "production", "service"
_DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
_PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
_PATIENCE = 120.0


def roll_out(cluster: Cluster, image: str, image_id: str) -> None:
    """A Deployment of an image, by digest, is complete; its pod runs the manifest that `image_id` names."""
    labels = {"app": NAME}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": NAME, "image": image}]}}
    cluster.make("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    cluster.make(
        _DEPLOYMENTS, {"metadata": {"name": NAME}, "spec": {"selector": {"matchLabels": labels}, "template": template}}
    )
    until(lambda: bool(_pods(cluster)), timeout=_PATIENCE)
    (pod,) = _pods(cluster)
    cluster.patch(f"{_PODS}/{pod['metadata']['name']}/status", {"status": _running(image, image_id)})
    until(lambda: bool(cluster.get(f"{_DEPLOYMENTS}/{NAME}")["status"].get("availableReplicas")), timeout=_PATIENCE)


def _pods(cluster: Cluster) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cluster.get(_PODS)["items"]
    return found


def _running(image: str, image_id: str) -> dict[str, Any]:
    state = {"running": {"startedAt": "2026-05-04T10:00:00Z"}}
    container = {"name": NAME, "image": image, "imageID": image_id, "ready": True, "restartCount": 0, "state": state}
    return {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [container],
    }
