"""Pods as the kubelet of a node would leave them, one by one."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.real.kubernetes.cluster import Cluster, Json


def of(cluster: Cluster, namespace: str, release: str) -> list[Json]:
    """The pods of a release, the oldest first."""
    selector = f"app.kubernetes.io/instance={release}"
    found: list[Json] = cluster.get(f"/api/v1/namespaces/{namespace}/pods", labelSelector=selector)["items"]
    return sorted(found, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))


def end(cluster: Cluster, pod: Json, code: int, *conditions: Json) -> None:
    """Its one container has ended with an exit code."""
    [container] = pod["spec"]["containers"]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ended = {"exitCode": code, "startedAt": now, "finishedAt": now}
    status = {
        "phase": "Failed" if code else "Succeeded",
        "conditions": conditions,
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": False,
                "restartCount": 0,
                "state": {"terminated": ended},
            }
        ],
    }
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/status"
    cluster.patch(path, {"status": status})
