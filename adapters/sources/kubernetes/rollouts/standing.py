"""How far the rollout of a workload is, by kubectl's own rules (kubectl, pkg/polymorphichelpers/rollout_status.go).

Beyond them, what runs nowhere is no rollout yet: of no replicas, or of a partition that leaves all pods as they were,
kubectl says that it is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from adapters.sources.kubernetes.api import Json
from adapters.sources.kubernetes.rollouts.parts import condition, count, number, text

APPS, ARGO = "apps/v1", "argoproj.io/v1alpha1"

TIMED_OUT, AVAILABLE = "ProgressDeadlineExceeded", "NewReplicaSetAvailable"
"""Reasons of the condition Progressing: of a Deployment, and as well of a Rollout of Argo."""

ABORTED = "RolloutAborted"


class State(Enum):
    """What a revision has come to. SETTLED: it was complete before, and only its pods are not all there now."""

    UNKNOWN = "unknown"
    ROLLING = "rolling"
    EMPTY = "empty"
    SETTLED = "settled"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of workload.

    `revision` names what is wanted now, as the object itself does: a name that no earlier wish had, but that of a
    StatefulSet, which has an old one again after a rollback. None as long as no controller has said so.
    """

    api_version: str
    name: str
    history: str
    hash_label: str
    revision: Callable[[Json], str | None]
    state: Callable[[Json], State]


def _deployment(found: Json) -> State:
    status, wanted = found.get("status"), _wanted(found)
    if not _observed(found):
        return State.ROLLING
    reason = condition(found, "Progressing").get("reason")
    if reason == TIMED_OUT:
        return State.FAILED
    if wanted == 0:
        return State.EMPTY
    updated = count(status, "updatedReplicas")
    if updated < wanted or count(status, "replicas") > updated or count(status, "availableReplicas") < updated:
        return State.SETTLED if reason == AVAILABLE else State.ROLLING
    return State.COMPLETE


def _stateful_set(found: Json) -> State:
    status, wanted = found.get("status"), _wanted(found)
    if text(found, "spec", "updateStrategy", "type") == "OnDelete":
        return State.UNKNOWN
    if not _observed(found) or not number(status, "observedGeneration"):
        return State.ROLLING
    if wanted == 0:
        return State.EMPTY
    updated, ready = count(status, "updatedReplicas"), count(status, "readyReplicas")
    partition = number(found, "spec", "updateStrategy", "rollingUpdate", "partition")
    same = text(status, "updateRevision") == text(status, "currentRevision")
    if updated == 0 and not same:
        return State.ROLLING
    reached = same if partition is None else updated >= wanted - partition
    if ready >= wanted and reached:
        return State.COMPLETE
    return State.SETTLED if same else State.ROLLING


def _daemon_set(found: Json) -> State:
    status = found.get("status")
    if text(found, "spec", "updateStrategy", "type") == "OnDelete":
        return State.UNKNOWN
    if not _observed(found):
        return State.ROLLING
    desired = count(status, "desiredNumberScheduled")
    if desired == 0:
        return State.EMPTY
    if count(status, "updatedNumberScheduled") < desired:
        return State.ROLLING
    return State.COMPLETE if count(status, "numberAvailable") >= desired else State.SETTLED


def _rollout(found: Json) -> State:
    """Of Argo Rollouts, whose controller itself says how it stands (argo-rollouts, RolloutStatus.phase)."""
    status, generation = found.get("status"), number(found, "metadata", "generation")
    observed = text(status, "observedGeneration") or ""
    if observed.isdecimal() and generation is not None and int(observed) < generation:
        return State.ROLLING
    if condition(found, "Progressing").get("reason") in (TIMED_OUT, ABORTED):
        return State.FAILED
    stable = text(status, "stableRS")
    if stable is None or stable != text(status, "currentPodHash"):
        return State.ROLLING
    if _wanted(found) == 0:
        return State.EMPTY
    return State.COMPLETE if text(status, "phase") == "Healthy" else State.SETTLED


def _observed(found: Json) -> bool:
    """Whether a controller has seen what is wanted now."""
    return count(found, "metadata", "generation") <= count(found, "status", "observedGeneration") and bool(
        found.get("status")
    )


def _wanted(found: Json) -> int:
    """Replicas; one, where it is not said (Kubernetes, DeploymentSpec)."""
    replicas = number(found, "spec", "replicas")
    return 1 if replicas is None else replicas


def _annotation(name: str) -> Callable[[Json], str | None]:
    return lambda found: text(found, "metadata", "annotations", name)


KINDS: Mapping[str, Kind] = {
    "Deployment": Kind(
        APPS,
        "Deployment",
        "replicasets",
        "pod-template-hash",
        _annotation("deployment.kubernetes.io/revision"),
        _deployment,
    ),
    "StatefulSet": Kind(
        APPS,
        "StatefulSet",
        "controllerrevisions",
        "controller-revision-hash",
        lambda found: text(found, "status", "updateRevision"),
        _stateful_set,
    ),
    "DaemonSet": Kind(
        APPS,
        "DaemonSet",
        "controllerrevisions",
        "controller-revision-hash",
        _annotation("deprecated.daemonset.template.generation"),
        _daemon_set,
    ),
    "Rollout": Kind(
        ARGO,
        "Rollout",
        "replicasets",
        "rollouts-pod-template-hash",
        _annotation("rollout.argoproj.io/revision"),
        _rollout,
    ),
}
"""The kinds whose rollouts are known. Of a DaemonSet, the API server counts the generations of the template."""
