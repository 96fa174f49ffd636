"""One change, from its first patch set to alerts: real Gerrit, registry, Kubernetes, Alertmanagers, Jenkins between."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tests.real.alertmanager.server import Alertmanager
from tests.real.gerrit.server import Gerrit
from tests.real.gerrit.story import PROJECT, Work
from tests.real.kubernetes.cluster import Cluster
from tests.real.lineage.jenkins import Run, triggered_by
from tests.real.lineage.production import NAME, NAMESPACE, roll_out
from tests.real.registry.layouts import Image, layout
from tests.real.registry.story import Registry
from tests.service import Service
from tests.waiting import until

_CHANGE = "I" + "7" * 40
_FOR_MASTER = "HEAD:refs/for/master"


@dataclass(frozen=True)
class World:
    """The tools, and the sidecar that each has of its own, by the tool's name; the cluster's also hears its alerts."""

    gerrit: Gerrit
    registry: Registry
    alertmanager: Alertmanager
    cluster: Cluster
    alerts: Alertmanager
    sidecars: Mapping[str, Service]
    folder: Path

    def heard(self, kind: str, patchset: int) -> Mapping[str, Any]:
        """What Gerrit said, once it has; the Gerrit Trigger hears the same."""
        until(lambda: self._said(kind, patchset))
        return self._said(kind, patchset)[0]

    def _said(self, kind: str, patchset: int) -> list[Mapping[str, Any]]:
        said = [each["data"] for each in self.sidecars["gerrit"].published("legacy")]
        return [each for each in said if each["type"] == kind and each["patchSet"]["number"] == patchset]


def tell(world: World) -> Image:
    """All of it, in order; the image that was deployed."""
    uploaded = _uploaded(world)
    _verified(world, uploaded)
    merged = _merged(world)
    reference, image = _built(world, merged)
    _deployed(world, reference)
    labels = {"service": "deploy/service", "environment": "staging", "image": reference}
    _alarmed(world.sidecars["alertmanager"], world.alertmanager, labels)
    _rolled_out(world, reference, image)
    _alarmed(world.sidecars["kubernetes"], world.alerts, {"namespace": NAMESPACE, "deployment": NAME})
    return image


def _uploaded(world: World) -> Mapping[str, Any]:
    world.gerrit.ask("PUT", f"projects/{PROJECT.replace('/', '%2F')}", {"create_empty_commit": True})
    work = Work(world.gerrit, world.folder / "work")
    work.commit(_CHANGE, "one")
    work.git("push", "origin", _FOR_MASTER)
    _a_second_later()
    work.commit(_CHANGE, "two", "--amend")
    work.git("push", "origin", _FOR_MASTER)
    return world.heard("patchset-created", 2)


def _verified(world: World, event: Mapping[str, Any]) -> None:
    run = Run(world.sidecars["jenkins"], "verify", 11, triggered_by(event))
    run.start()
    run.finish(test_summary={"total": 3, "failed": 0, "passed": 3, "skipped": 0, "failed_tests": []})


def _merged(world: World) -> Mapping[str, Any]:
    _a_second_later()
    (change,) = world.gerrit.ask("GET", f"changes/?q=change:{_CHANGE}")
    path = f"changes/{change['_number']}"
    world.gerrit.ask("POST", f"{path}/revisions/current/review", {"labels": {"Code-Review": 2}})
    _a_second_later()
    world.gerrit.ask("POST", f"{path}/submit", {})
    return world.heard("change-merged", 2)


def _built(world: World, event: Mapping[str, Any]) -> tuple[str, Image]:
    run = Run(world.sidecars["jenkins"], "team/image", 7, triggered_by(event))
    run.start()
    labels = {"source": run.parameters["GERRIT_CHANGE_URL"], "url": run.url, "revision": event["newRev"]}
    prefixed = {f"org.opencontainers.image.{name}": value for name, value in labels.items()}
    image = layout(world.folder / "image", prefixed)
    world.registry.skopeo("copy", "--all", f"oci:{image.folder}", "@/team/app:1.0")
    reference = f"{world.registry.address}/team/app@{image.index}"
    run.parameters["IMAGE"] = reference
    run.finish(scm={"url": world.gerrit.url + PROJECT, "branch": "origin/master", "commit": event["newRev"]})
    return reference, image


def _deployed(world: World, reference: str) -> None:
    run = Run(world.sidecars["jenkins"], "deploy/service", 3, {"ARTIFACT": reference, "ENVIRONMENT": "staging"})
    run.start()
    world.registry.skopeo("--override-arch", "amd64", "copy", f"docker://{reference}", f"dir:{world.folder}/pulled")
    run.finish()


def _rolled_out(world: World, reference: str, image: Image) -> None:
    _a_second_later()
    child = f"{reference.partition('@')[0]}@{image.manifests[0]}"
    roll_out(world.cluster, reference, child)
    until(partial(_published, world.sidecars["kubernetes"], "service.deployed"))


def _alarmed(sidecar: Service, alertmanager: Alertmanager, labels: dict[str, Any]) -> None:
    began = datetime.now(UTC)
    alertmanager.tell("ErrorRateHigh", began, **labels)
    until(partial(_published, sidecar, "incident.detected"))
    alertmanager.tell("ErrorRateHigh", began, datetime.now(UTC), **labels)
    until(partial(_published, sidecar, "incident.resolved"))


def _published(sidecar: Service, name: str) -> bool:
    return any(f".{name}." in each["type"] for each in sidecar.published("cdevents"))


def _a_second_later() -> None:
    """Waits until the clock shows another second, for Gerrit tells no more of it."""
    now = int(time.time())
    until(lambda: int(time.time()) > now)
