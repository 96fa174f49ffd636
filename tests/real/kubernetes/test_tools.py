"""A real Helm, and the objects of tools that deploy, in a real cluster: what a sidecar that watches them tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.goldens import sent
from adapters.mapping.library import find
from tests.real.kubernetes.cluster import Cluster, Json, cluster
from tests.real.kubernetes.helm import Helm
from tests.service import Service, configuration
from tests.waiting import until

pytestmark = pytest.mark.real

MARK = "m4rk3d-s3cret"
PATIENCE = 60.0
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: VERSION\nappVersion: VERSION\n",
    "values.yaml": "password: none\nbroken: false\n",
    "templates/NOTES.txt": "The password is {{ .Values.password }}\n",
    "templates/all.yaml": """
apiVersion: v1
kind: Secret
metadata: {name: shop}
stringData: {password: {{ .Values.password | quote }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 0
  selector: {matchLabels: {app: {{ .Values.broken | ternary "other" "shop" }}}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: registry.example.com/team/shop:{{ .Chart.Version }}
          env: [{name: PASSWORD, value: {{ .Values.password | quote }}}]
""",
}
"""A chart whose values are in all that it makes."""


@dataclass(frozen=True)
class Kind:
    """Objects of a tool, which a test plays, by the examples of its mapping."""

    mapping: str
    group: str
    version: str
    name: str
    changes: list[str]
    examples: list[str]
    events: list[str]
    finalizer: str = ""
    """By which the tool removes what an object has deployed, before that goes."""

    @property
    def api(self) -> str:
        """As in a manifest."""
        return f"{self.group}/{self.version}"


PLAYED = [
    Kind(
        "argocd/application",
        *("argoproj.io", "v1alpha1", "Application"),
        ["status.operationState.phase", "status.health.status", "status.history[-1].id"],
        ["new", "watched-first", "watched-upgraded", "watched-rolledback", "watched-failed"],
        ["deployed", "published", "upgraded", "rolledback", "failed", "removed"],
        "resources-finalizer.argocd.argoproj.io",
    ),
    Kind(
        "flux/resource",
        *("helm.toolkit.fluxcd.io", "v2", "HelmRelease"),
        ["status.history[0].version", "status.history[0].status", "status.conditions"],
        ["progressing", "installed", "upgraded", "upgrade-failed"],
        ["deployed", "upgraded", "failed", "removed"],
    ),
    Kind(
        "fleet/bundledeployment",
        *("fleet.cattle.io", "v1alpha1", "BundleDeployment"),
        ["spec.deploymentID", "status.appliedDeploymentID", "status.ready", "status.release"],
        ["new", "deployed", "waits", "upgraded"],
        ["deployed", "upgraded", "removed"],
    ),
    Kind(
        "tekton/run",
        *("tekton.dev", "v1", "PipelineRun"),
        ["status.conditions"],
        ["new", "watched-started", "watched-finished"],
        ["started", "finished"],
    ),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Service]]:
    """A cluster with the kinds of these tools, and a sidecar that watches them."""
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        for kind in PLAYED:
            found.make("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", _definition(kind))
        found.make("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        _permit(found)
        sidecar = Service(tmp_path_factory.mktemp("sidecar"), _configuration(found))
        sidecar.start()
        try:
            yield found, sidecar
        finally:
            sidecar.kill()


def test_releases_of_a_real_helm_are_told_without_their_values(world: tuple[Cluster, Service], tmp_path: Path) -> None:
    """Installed, upgraded, rolled back, failed and uninstalled: each once, and no value is in what is kept or told."""
    found, sidecar = world
    helm = Helm(tmp_path, "shop", found)
    helm.run("install", "shop", _chart(tmp_path, "1.0.0"), "--set", f"password={MARK}")
    helm.run("upgrade", "shop", _chart(tmp_path, "1.1.0"), "--set", f"password={MARK}")
    helm.run("rollback", "shop", "1")
    helm.run("upgrade", "shop", _chart(tmp_path, "1.2.0"), "--set", f"password={MARK},broken=true", code=1)
    helm.run("uninstall", "shop")
    until(lambda: len(_told(sidecar, "helm")) >= 5, timeout=PATIENCE)
    events = _told(sidecar, "helm")
    assert [(_name(each), each["customData"]["version"]) for each in events] == [
        ("deployed", 1),
        ("upgraded", 2),
        ("rolledback", 3),
        ("failed", 4),
        ("removed", 4),
    ]
    assert [each["subject"]["content"].get("artifactId") for each in events[:3]] == [
        f"pkg:helm/shop@{version}" for version in ("1.0.0", "1.1.0", "1.0.0")
    ]
    assert events[1]["customData"]["images"] == ["registry.example.com/team/shop:1.1.0"]
    kept = b"".join(path.read_bytes() for path in sidecar.folder.iterdir() if path.is_file())
    assert MARK.encode() not in kept


@pytest.mark.parametrize("kind", PLAYED, ids=lambda kind: kind.name)
def test_what_becomes_of_the_objects_of_a_tool_is_told(world: tuple[Cluster, Service], kind: Kind) -> None:
    """Each step of an object's life, as the tool writes it, and its end."""
    found, sidecar = world
    for number, example in enumerate(kind.examples):
        _put(found, kind, _object(kind, example), new=number == 0)
    metadata = _object(kind, kind.examples[0])["metadata"]
    found.ask("DELETE", f"{_path(kind, metadata['namespace'])}/{metadata['name']}")
    if kind.finalizer:
        finished = _object(kind, kind.examples[-1])
        _put(found, kind, {**finished, "metadata": {**finished["metadata"], "finalizers": []}}, new=False)
    until(lambda: len(_heard(sidecar, kind)) >= len(kind.events), timeout=PATIENCE)
    assert [_name(each) for each in _heard(sidecar, kind)] == kind.events


def _chart(folder: Path, version: str) -> str:
    """The folder of the chart in a version."""
    for name, text in CHART.items():
        (folder / version / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / version / name).write_text(text.replace("VERSION", version), encoding="utf-8")
    return str(folder / version)


def _configuration(found: Cluster) -> str:
    helm = {"apiVersion": "v1", "kind": "Secret", "labels": "owner=helm", "changes": ["metadata.labels.status"]}
    sources = {"helm": found.source(mapping="helm/release", watch=[helm])}
    for kind in PLAYED:
        watch = {"apiVersion": kind.api, "kind": kind.name, "changes": kind.changes}
        sources[kind.name.lower()] = found.source(mapping=kind.mapping, watch=[watch])
    names = [*sources, "legacy"]
    routes: dict[str, Any] = {each: {"format": "cdevents", "sink": each, "sources": [each]} for each in sources}
    return configuration(
        sources=sources,
        sinks={each: {"type": "file", "path": f"{each}.jsonl"} for each in names},
        routes={**routes, "legacy": {"format": "legacy", "sink": "legacy"}},
    )


def _permit(found: Cluster) -> None:
    """Lets the sidecar see these kinds, and Secrets."""
    rules = [{"apiGroups": ["", *(kind.group for kind in PLAYED)], "resources": ["*"], "verbs": ["list", "watch"]}]
    subjects = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "cdevents"}]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "tools"}
    path = "/apis/rbac.authorization.k8s.io/v1"
    found.make(f"{path}/clusterroles", {"metadata": {"name": "tools"}, "rules": rules})
    found.make(f"{path}/clusterrolebindings", {"metadata": {"name": "tools"}, "roleRef": role, "subjects": subjects})


def _definition(kind: Kind) -> Json:
    plural = f"{kind.name.lower()}s"
    anything = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "metadata": {"name": f"{plural}.{kind.group}"},
        "spec": {
            "group": kind.group,
            "names": {"plural": plural, "singular": kind.name.lower(), "kind": kind.name},
            "scope": "Namespaced",
            "versions": [{"name": kind.version, "served": True, "storage": True, "schema": anything}],
        },
    }


def _object(kind: Kind, example: str) -> Json:
    """The object of an example of the mapping."""
    [each] = sent(find(kind.mapping).with_name("inputs") / f"{example}.json")
    told: Json = orjson.loads(each.body)["object"]
    keep = {name: value for name, value in told["metadata"].items() if name in ("name", "namespace", "labels")}
    return {**told, "metadata": {**keep, "finalizers": [kind.finalizer]} if kind.finalizer else keep}


def _path(kind: Kind, namespace: str) -> str:
    return f"/apis/{kind.api}/namespaces/{namespace}/{kind.name.lower()}s"


def _put(found: Cluster, kind: Kind, document: Json, *, new: bool) -> None:
    metadata = document["metadata"]
    path = _path(kind, metadata["namespace"])
    if new:
        found.make("/api/v1/namespaces", {"metadata": {"name": metadata["namespace"]}})
        found.make(path, document)
    else:
        now = found.get(f"{path}/{metadata['name']}")
        version = {"resourceVersion": now["metadata"]["resourceVersion"]}
        found.ask("PUT", f"{path}/{metadata['name']}", {**document, "metadata": {**metadata, **version}})


def _heard(sidecar: Service, kind: Kind) -> list[Json]:
    return _told(sidecar, kind.name.lower())


def _told(sidecar: Service, sink: str) -> list[Json]:
    """Each event that was published, by its id, once each."""
    return list({each["id"]: each["data"] for each in sidecar.published(sink)}.values())


def _name(event: Json) -> str:
    name: str = event["context"]["type"].rsplit(".", 3)[0].rpartition(".")[2]
    return name
