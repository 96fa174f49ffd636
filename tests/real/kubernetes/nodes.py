"""Plays the kubelets of a cluster without nodes: pods run as soon as they are there, but for those that cannot."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any, Self

import requests

from tests.real.kubernetes.cluster import ADMIN, Cluster

BROKEN = "broken"
"""What stands in the tag of an image that cannot be pulled."""

_OFTEN = 0.1


def digest(image: str) -> str:
    """Of the manifest that an image is, wherever it runs."""
    return f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"


class Nodes:
    """Looks for pods that do not run yet, until the end of the block."""

    def __init__(self, cluster: Cluster) -> None:
        self._url, self._over = cluster.url, Event()
        self._session = requests.Session()
        self._session.trust_env, self._session.verify = False, str(cluster.authority)
        self._session.headers["Authorization"] = f"Bearer {ADMIN}"
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._over.wait(_OFTEN):
            with suppress(requests.RequestException, KeyError):
                self._look()

    def _look(self) -> None:
        pending = {"fieldSelector": "status.phase=Pending", "resourceVersion": "0"}
        found = self._session.get(f"{self._url}/api/v1/pods", params=pending, timeout=30).json()
        for pod in found["items"]:
            if not pod["status"].get("containerStatuses") and "deletionTimestamp" not in pod["metadata"]:
                self._run_pod(pod)

    def _run_pod(self, pod: dict[str, Any]) -> None:
        containers = [_status(each) for each in pod["spec"]["containers"]]
        ready = all(each["ready"] for each in containers)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": now}
        status = {
            "phase": "Running" if ready else "Pending",
            "conditions": [condition],
            "containerStatuses": containers,
        }
        about = pod["metadata"]
        self._session.patch(
            f"{self._url}/api/v1/namespaces/{about['namespace']}/pods/{about['name']}/status",
            json={"status": status},
            headers={"Content-Type": "application/strategic-merge-patch+json"},
            timeout=30,
        )


def _status(container: dict[str, Any]) -> dict[str, Any]:
    name, image = container["name"], container["image"]
    if BROKEN in image:
        state = {"waiting": {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{image}"'}}
        return {"name": name, "image": image, "imageID": "", "ready": False, "restartCount": 0, "state": state}
    image_id = f"{image.rpartition(':')[0]}@{digest(image)}"
    running = {"running": {"startedAt": "2026-05-04T10:00:00Z"}}
    return {"name": name, "image": image, "imageID": image_id, "ready": True, "restartCount": 0, "state": running}
