"""A workload of a real cluster, what can be done to it, and which rollout has to be told of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.real.kubernetes.cluster import Cluster, Json
from tests.real.kubernetes.nodes import BROKEN
from tests.waiting import until

NAMESPACE = "shop"
PLURALS = {"Deployment": "deployments", "StatefulSet": "statefulsets", "DaemonSet": "daemonsets"}
PATIENCE = 90.0


class Told(NamedTuple):
    """What has to be told: the event's type without a version, of which object, and which revision of it."""

    type: str
    uid: str
    revision: int | None = None


class Run(NamedTuple):
    """What a template asks for: an image, and since when its pods are to be new."""

    image: str
    restarted: str | None = None


@dataclass
class Workload:
    """One that runs images of its own; `runs` are those that were complete, the last one last."""

    cluster: Cluster
    kind: str
    name: str
    runs: list[Run] = field(default_factory=list)
    counter: int = 0
    replicas: int = 1
    failed: bool = False

    @property
    def path(self) -> str:
        """Of the object."""
        return f"{self._list}/{self.name}"

    @property
    def _list(self) -> str:
        return f"/apis/apps/v1/namespaces/{NAMESPACE}/{PLURALS[self.kind]}"

    def make(self) -> Told:
        """It is there for the first time, or again, and runs."""
        run = Run(self._image())
        labels = {"app": self.name}
        pods = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": run.image}]}}
        more: Json = {} if self.kind == "DaemonSet" else {"replicas": self.replicas}
        if self.kind == "StatefulSet":
            more["serviceName"] = self.name
        spec = {"selector": {"matchLabels": labels}, "template": pods, **more}
        self.cluster.make(self._list, {"metadata": {"name": self.name}, "spec": spec})
        self.runs = [run]
        found = self._settled("")
        return Told("service.deployed", found["metadata"]["uid"], self._revision(found))

    def upgrade(self) -> Told:
        """Another image."""
        self.runs.append(Run(self._image(), self.runs[-1].restarted))
        return self._rolled("service.upgraded")

    def roll_back(self) -> Told:
        """What ran before, as `kubectl rollout undo` does."""
        self.runs.append(self.runs.pop(-2))
        return self._rolled("service.rolledback")

    def fail(self) -> Told:
        """An image that cannot be pulled; what ran before still runs."""
        before = self._wish()
        self._run(Run(f"{self._image()}-{BROKEN}", self.runs[-1].restarted), progressDeadlineSeconds=2)
        found = self._until(lambda each: self._wish(each) != before and _late(each))
        self.failed = True
        return Told("dev.cdeventsx.kubernetes-rollout.failed", found["metadata"]["uid"], self._revision(found))

    def recover(self) -> Told:
        """What ran before a rollout that failed."""
        self.failed = False
        return self._rolled("service.rolledback", progressDeadlineSeconds=600)

    def restart(self) -> list[Told]:
        """As `kubectl rollout restart` does: nothing is told."""
        before = self._wish()
        self.runs[-1] = Run(self.runs[-1].image, datetime.now(UTC).isoformat())
        self._run(self.runs[-1])
        self._settled(before)
        return []

    def scale(self) -> list[Told]:
        """More replicas, or none and then some again: nothing is told."""
        for replicas in (0, self.replicas) if self.replicas > 1 else (2,):
            self.cluster.patch(self.path, {"spec": {"replicas": replicas}})
            self._settled("")
            self.replicas = replicas
        return []

    def remove(self) -> Told:
        """It goes, and all that is its."""
        found = self.cluster.get(self.path)["metadata"]["uid"]
        self.cluster.ask("DELETE", self.path, {"propagationPolicy": "Foreground"})
        named = {"fieldSelector": f"metadata.name={self.name}"}
        until(lambda: not self.cluster.get(self._list, **named)["items"], timeout=PATIENCE)
        return Told("service.removed", found)

    def _rolled(self, type_: str, **more: int) -> Told:
        before = self._wish()
        self._run(self.runs[-1], **more)
        found = self._settled(before)
        return Told(type_, found["metadata"]["uid"], self._revision(found))

    def _run(self, run: Run, **more: int) -> None:
        about = {"annotations": {"kubectl.kubernetes.io/restartedAt": run.restarted}}
        template = {"metadata": about, "spec": {"containers": [{"name": "main", "image": run.image}]}}
        self.cluster.patch(self.path, {"spec": {"template": template, **more}})

    def _image(self) -> str:
        self.counter += 1
        return f"registry.example.com/{NAMESPACE}/{self.name}:{self.counter}"

    def _settled(self, before: str) -> Json:
        """The object, once its controller has brought about another wish than the one before."""
        return self._until(lambda found: self._wish(found) not in ("", before) and _done(self.kind, found))

    def _until(self, holds: Any) -> Json:
        found: list[Json] = []

        def look() -> bool:
            found[:] = [self.cluster.get(self.path)]
            return bool(holds(found[0]))

        try:
            until(look, timeout=PATIENCE)
        except AssertionError as error:
            raise AssertionError(f"{self.kind} {self.name}: {found}") from error
        return found[0]

    def _wish(self, found: Json | None = None) -> str:
        found = found or self.cluster.get(self.path)
        annotations = found["metadata"].get("annotations", {})
        match self.kind:
            case "Deployment":
                return str(annotations.get("deployment.kubernetes.io/revision", ""))
            case "DaemonSet":
                return str(annotations.get("deprecated.daemonset.template.generation", ""))
        return str(found["status"].get("updateRevision", ""))

    def _revision(self, found: Json) -> int:
        wish = self._wish(found)
        if self.kind != "StatefulSet":
            return int(wish)
        kept = self.cluster.get(f"/apis/apps/v1/namespaces/{NAMESPACE}/controllerrevisions/{wish}")
        return int(kept["revision"])


def _done(kind: str, found: Json) -> bool:
    """Whether a controller is done with an object, in the words of its status."""
    status, wanted = found.get("status", {}), found["spec"].get("replicas", 1)
    if status.get("observedGeneration", 0) < found["metadata"]["generation"]:
        return False
    if kind == "DaemonSet":
        desired = status.get("desiredNumberScheduled", 0)
        return bool(desired and status.get("updatedNumberScheduled") == status.get("numberAvailable") == desired)
    counts = [status.get(name, 0) for name in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")]
    same = kind == "Deployment" or status.get("updateRevision") == status.get("currentRevision")
    return bool(counts == [wanted] * 4 and same)


def _late(found: Json) -> bool:
    """Whether a Deployment has not progressed in time."""
    conditions = found.get("status", {}).get("conditions", [])
    name = "ProgressDeadlineExceeded"
    late = any(each["type"] == "Progressing" and each["reason"] == name for each in conditions)
    return bool(late and found["status"].get("observedGeneration", 0) >= found["metadata"]["generation"])
