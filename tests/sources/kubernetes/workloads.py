"""Workloads as their controllers keep them: at a revision, in a state."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments"
REPLICA_SETS = "/apis/apps/v1/namespaces/shop/replicasets"
STATEFUL_SETS = "/apis/apps/v1/namespaces/shop/statefulsets"
DAEMON_SETS = "/apis/apps/v1/namespaces/shop/daemonsets"
HISTORY = "/apis/apps/v1/namespaces/shop/controllerrevisions"
ROLLOUTS = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts"
SERVICES = "/api/v1/namespaces/shop/services"
PODS = "/api/v1/namespaces/shop/pods"

INDEX, CHILD = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


def template(image: str, restarted: str | None = None, **environment: str) -> Json:
    """Of pods of one container, `web`."""
    annotations = {"kubectl.kubernetes.io/restartedAt": restarted} if restarted else {}
    env = [{"name": name, "value": value} for name, value in environment.items()]
    container = {"name": "web", "image": image, **({"env": env} if env else {})}
    return {"metadata": {"labels": {"app": "web"}, "annotations": annotations}, "spec": {"containers": [container]}}


def deployment(revision: int | None, pods: Json, *, ready: int = 2, replicas: int = 2, **more: Any) -> Json:
    """A Deployment of which so many replicas are updated and available, `reason` is why its progress is as it is."""
    reason = more.pop("reason", "NewReplicaSetAvailable" if ready >= replicas else "ReplicaSetUpdated")
    message = more.pop("message", "")
    annotations = {} if revision is None else {"deployment.kubernetes.io/revision": str(revision)}
    generation = more.pop("generation", 5)
    progress = {
        "type": "Progressing",
        "reason": reason,
        "message": message,
        "lastUpdateTime": "2026-05-04T10:00:07Z",
        "lastTransitionTime": "2026-05-04T10:00:00Z",
    }
    return {
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "uid": "uid-web",
            "generation": generation,
            "creationTimestamp": "2026-05-04T09:00:00Z",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {**annotations, **more.pop("annotations", {})},
            **more.pop("metadata", {}),
        },
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": pods},
        "status": {
            "observedGeneration": more.pop("observed", generation),
            "replicas": replicas,
            "updatedReplicas": ready,
            "availableReplicas": ready,
            "conditions": [progress],
        },
        **more,
    }


def replica_set(name: str, revision: int, pods: Json, history: str = "", **more: str) -> Json:
    """One of a Deployment's, by the hash of its template."""
    labels = {**pods["metadata"]["labels"], "pod-template-hash": name}
    prefix = more.get("prefix", "deployment.kubernetes.io")
    annotations = {f"{prefix}/revision": str(revision), **({f"{prefix}/revision-history": history} if history else {})}
    return {
        "metadata": {
            "name": f"web-{name}",
            "uid": f"uid-rs-{name}",
            "labels": labels,
            "annotations": annotations,
            "ownerReferences": [{"uid": more.get("owner", "uid-web"), "controller": True}],
        },
        "spec": {"template": {**pods, "metadata": {**pods["metadata"], "labels": labels}}},
    }


def pod(name: str, owner: str, labels: Json, image_id: str, **state: Any) -> Json:
    """One that runs `web`; `image_id` is what its node says that it runs."""
    status = {"name": "web", "image": "whatever", "imageID": image_id, "state": state or {"running": {}}}
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-05-04T10:00:05Z"}
    return {
        "metadata": {
            "name": name,
            "uid": f"uid-{name}",
            "labels": {"app": "web", **labels},
            "ownerReferences": [{"uid": owner, "controller": True}],
        },
        "status": {"conditions": [ready], "containerStatuses": [status]},
    }


def stateful_set(revision: str, pods: Json, *, current: str | None = None, ready: int = 2, **more: Any) -> Json:
    """A StatefulSet of two replicas, of which so many are updated; all are ready."""
    whole = deployment(None, pods)
    partition = more.pop("partition", 0)
    strategy = {"type": more.pop("strategy", "RollingUpdate"), "rollingUpdate": {"partition": partition}}
    status = {
        "observedGeneration": 5,
        "replicas": 2,
        "readyReplicas": more.pop("running", 2),
        "updatedReplicas": ready,
        "updateRevision": revision,
        "currentRevision": current or revision,
    }
    return {**whole, "spec": {**whole["spec"], "updateStrategy": strategy}, "status": status}


def daemon_set(generation: int, pods: Json, *, updated: int = 3, available: int = 3) -> Json:
    """A DaemonSet on three nodes."""
    whole = deployment(None, pods)
    whole["metadata"]["annotations"] = {"deprecated.daemonset.template.generation": str(generation)}
    status = {
        "observedGeneration": 5,
        "desiredNumberScheduled": 3,
        "updatedNumberScheduled": updated,
        "numberAvailable": available,
    }
    return {**whole, "spec": {**whole["spec"], "updateStrategy": {"type": "RollingUpdate"}}, "status": status}


def controller_revision(name: str, number: int, pods: Json, created: str = "2026-05-04T09:00:00Z") -> Json:
    """One of a StatefulSet's or a DaemonSet's."""
    return {
        "metadata": {
            "name": name,
            "uid": f"uid-{name}",
            "creationTimestamp": created,
            "labels": {**pods["metadata"]["labels"], "controller-revision-hash": name.removeprefix("web-")},
            "ownerReferences": [{"uid": "uid-web", "controller": True}],
        },
        "revision": number,
        "data": {"spec": {"template": {"$patch": "replace", **pods}}},
    }


def rollout(revision: int, pods: Json, hash_: str, stable: str, **more: str) -> Json:
    """One of Argo Rollouts."""
    whole = deployment(None, pods, reason=more.get("reason", ""))
    whole["metadata"]["annotations"] = {"rollout.argoproj.io/revision": str(revision)}
    return {
        **whole,
        "status": {
            "observedGeneration": "5",
            "currentPodHash": hash_,
            "stableRS": stable,
            "phase": more.get("phase", "Healthy"),
            "conditions": whole["status"]["conditions"],
        },
    }
