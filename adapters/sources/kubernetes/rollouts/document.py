"""What is told of a workload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.sources.kubernetes.api import Json
from adapters.sources.kubernetes.keeping import bare
from adapters.sources.kubernetes.rollouts.evidence import Evidence
from adapters.sources.kubernetes.rollouts.parts import condition, member, number, objects, text, texts
from adapters.sources.kubernetes.rollouts.standing import AVAILABLE, Kind
from adapters.sources.kubernetes.rollouts.template import brief as shortened
from adapters.sources.kubernetes.rollouts.template import described

_CAUSE = "kubernetes.io/change-cause"


def finished(kind: Kind, workload: Json, revision: int | None, found: Evidence) -> Json:
    """Of a revision that is complete or has failed; what is not known is left out."""
    template = found.template(workload)
    return given(
        workload=about(kind, workload),
        template=described(template),
        revision=revision,
        hash=found.current.hash if found.current else None,
        returned=found.returned,
        images=found.images(template),
        replicas=number(workload, "spec", "replicas"),
        partition=number(workload, "spec", "updateStrategy", "rollingUpdate", "partition") or None,
        manager=_manager(workload),
        cause=text(workload, "metadata", "annotations", _CAUSE),
    )


def about(kind: Kind, workload: Json) -> Json:
    """Which workload it is."""
    return given(
        apiVersion=kind.api_version,
        kind=kind.name,
        namespace=text(workload, "metadata", "namespace"),
        name=text(workload, "metadata", "name"),
        uid=text(workload, "metadata", "uid"),
        created=text(workload, "metadata", "creationTimestamp"),
        **marks(kind, workload),
    )


def marks(kind: Kind, workload: Json) -> Json:
    """Its labels and annotations, which say whose it is, without the copy of itself that kubectl keeps."""
    return {
        "labels": texts(workload, "metadata", "labels"),
        "annotations": texts(bare(workload, kind.name), "metadata", "annotations"),
    }


def completed_at(workload: Json, found: Evidence) -> str | None:
    """When a revision was complete: as its controller says, or when the last of its pods became ready."""
    progress = condition(workload, "Progressing")
    if progress.get("reason") == AVAILABLE and concerns(workload, found):
        return text(progress, "lastUpdateTime")
    return found.ready()


def concerns(workload: Json, found: Evidence) -> bool:
    """Whether the condition Progressing is about this revision: after a rollback it may be the last one's for a while.

    It names the ReplicaSet that it is about (deployment controller, progress.go).
    """
    said = text(condition(workload, "Progressing"), "message") or ""
    return found.current is None or "ReplicaSet" not in said or f'"{found.current.name}"' in said


def given(**members: Any) -> Json:
    """An object of what is there."""
    return {name: value for name, value in members.items() if value is not None}


def brief(workload: Json) -> Json:
    """A workload of which everything here says the same, without the rest: only the last writer of its template."""
    writers = [{**last, "fieldsV1": {"f:spec": {"f:template": {"f:spec": {}}}}} for last in _last_writers(workload)]
    metadata = {**member(bare(workload, ""), "metadata"), "managedFields": writers}
    kept = ("replicas", "selector", "updateStrategy")
    spec = {name: each for name, each in member(workload, "spec").items() if name in kept}
    template = shortened(member(workload, "spec", "template"))
    progress = {"conditions": [each for each in [condition(workload, "Progressing")] if each]}
    return {"metadata": metadata, "spec": {**spec, "template": template}, "status": progress}


def _manager(workload: Json) -> str | None:
    """Who last changed the template, by the name that clients give of themselves (Kubernetes, Server-Side Apply)."""
    return next((text(each, "manager") for each in _last_writers(workload)), None)


def _last_writers(workload: Json) -> list[Json]:
    return sorted(_writers(workload), key=lambda each: str(each.get("time")), reverse=True)[:1]


def _writers(workload: Json) -> Iterator[Json]:
    for each in objects(workload, "metadata", "managedFields"):
        if not each.get("subresource") and member(each, "fieldsV1", "f:spec", "f:template"):
            yield each
