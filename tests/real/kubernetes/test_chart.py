"""The chart, by a real Helm, in a real API server with Pod Security "restricted", which takes valid objects alone."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from adapters import config
from adapters.listening import host_and_port
from tests.charts.chart import CHART, EXAMPLES, Json, document
from tests.cli.support import invoke
from tests.real import golang
from tests.real.kubernetes import pods
from tests.real.kubernetes.cluster import Cluster, cluster
from tests.real.kubernetes.helm import Helm
from tests.service import build
from tests.waiting import until
from tools.release import packed

pytestmark = pytest.mark.real

NAMESPACE = "restricted"
OPERATOR = ("github.com/prometheus-operator/prometheus-operator", "v0.85.0")
MONITORING = {"servicemonitors", "prometheusrules"}
PATIENCE = 90.0
SETS = {
    "one": "kafka autoscaling.enabled=false",
    "several": "kafka autoscaling.enabled=false,replicas=3,topologySpread=null,podDisruptionBudget=null",
    "volumes": "kafka persistence.enabled=true,persistence.storageClass=fast",
    "token": "cluster config.standby.kubernetes.lease=one,rbac.namespaces={a,b},serviceAccount.name=teller",
    "borrowed": "cluster serviceAccount.create=false",
    "digest": f"jenkins image.repository=registry.example.com/a,image.digest=sha256:{'a' * 64},image.pullPolicy=Always",
    "placed": "gerrit nodeSelector.disk=ssd,priorityClassName=high,tolerations[0].operator=Exists",
    "open": "jenkins networkPolicy.enabled=true,service.type=LoadBalancer,service.annotations.a=b",
    "outside": "jenkins ingress.enabled=true,ingress.host=a.example.com,ingress.paths={/jenkins},ingress.tlsSecret=a",
    "anywhere": "jenkins ingress.enabled=true,ingress.host=*.example.com,ingress.paths={/},ingress.tlsSecret=a",
    "both": "jenkins service.ipFamilyPolicy=PreferDualStack,config.server.listen=[::]:8080",
    "alerts": "jenkins prometheusRule.enabled=true,prometheusRule.labels.release=prometheus",
    "pulled": "kafka imagePullSecrets[0].name=registry,config.standby.kubernetes.lease=y,replicas=2",
    "environment": "jenkins existingSecret=,env[0].name=A,env[0].value=b,envFrom[0].secretRef.name=c",
    "alone": "replay replay.shards=1,replay.ttlSecondsAfterFinished=0,replay.state.existingClaim=here,existingSecret=",
    "unkept": "sidecar persistence.enabled=false",
    "named": "jenkins fullnameOverride=a-name-that-is-much-longer-than-any-that-a-person-would-give-it",
}
"""Values over those of an example."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster that knows the Prometheus Operator, and a namespace in which nothing but "restricted" runs."""
    with cluster(tmp_path_factory.mktemp("cluster")) as each:
        kinds = golang.module_folder(*OPERATOR) / "example" / "prometheus-operator-crd"
        for kind in MONITORING:
            found = yaml.safe_load((kinds / f"monitoring.coreos.com_{kind}.yaml").read_text(encoding="utf-8"))
            each.make("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", found)
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        each.make("/api/v1/namespaces", {"metadata": {"name": NAMESPACE, "labels": labels}})
        until(lambda: _resources(each, "monitoring.coreos.com/v1") >= MONITORING, timeout=PATIENCE)
        yield each


@pytest.fixture
def helm(found: Cluster, tmp_path: Path) -> Helm:
    """A Helm for that namespace."""
    return Helm(tmp_path, NAMESPACE, found)


def test_helm_lint_has_nothing_to_say(tmp_path: Path) -> None:
    """Of the values as they are, and of each example."""
    helm = Helm(tmp_path, NAMESPACE)
    for values in ([], *(["--values", _example(name)] for name in EXAMPLES)):
        helm.run("lint", "--strict", str(CHART), *values)


def test_the_chart_of_a_release_is_that_of_the_checkout(tmp_path: Path) -> None:
    """Packed, it lints, and makes the same objects; Helm itself packs the same files."""
    helm = Helm(tmp_path, NAMESPACE)
    chart = packed(CHART, tmp_path, 0)
    helm.run("lint", "--strict", str(chart), "--values", _example("kafka"))
    said = ("--values", _example("kafka"), "--set", "prometheusRule.enabled=true")
    assert helm.run("template", "x", str(chart), *said) == helm.run("template", "x", str(CHART), *said)
    (theirs := tmp_path / "theirs").mkdir()
    helm.run("package", str(CHART), "--destination", str(theirs))
    assert _names(chart) == _names(theirs / chart.name)


def test_who_says_nothing_is_told_what_to_say(tmp_path: Path) -> None:
    """A configuration is the one thing that must be given; a volume with an archive for a replay."""
    helm = Helm(tmp_path, NAMESPACE)
    assert "config.sources: say what is heard" in helm.run("template", "x", str(CHART), code=1)
    said = ("--values", _example("replay"), "--set", "replay.archive.existingClaim=")
    assert "say which volume the archive is on" in helm.run("template", "x", str(CHART), *said, code=1)
    assert "'replica' not allowed" in helm.run("template", "x", str(CHART), "--set", "replica=2", code=1)


@pytest.mark.parametrize("name", SETS)
def test_whatever_is_chosen_the_api_server_takes_each_object(helm: Helm, found: Cluster, name: str) -> None:
    """Each field is one that it knows, and each value one that it allows."""
    example, values = SETS[name].split(" ", 1)
    for each in _rendered(helm, "--values", _example(example), "--set", values):
        _tried(found, each)


@pytest.mark.parametrize("release", ["2024", "0x1f", "1e3", "a.b", f"{'a' * 43}.{'b' * 9}"])
def test_whatever_a_release_is_called_the_api_server_takes_each_object(
    helm: Helm, found: Cluster, release: str
) -> None:
    """A number, with a dot, as long as Helm has them; so are the namespace, the Secret, the account and the Lease."""
    names = ("existingSecret", "serviceAccount.name", "priorityClassName", "config.standby.kubernetes.lease")
    strings = ",".join(f"{name}=7" for name in (*names, "persistence.storageClass"))
    said = ("--values", _example("standby"), "--set", "service.enabled=true,persistence.enabled=true")
    text = helm.run("template", release, str(CHART), *said, "--set-string", strings, namespace="2024")
    for each in yaml.safe_load_all(text):
        if each:
            _tried(found, each)


@pytest.mark.parametrize("name", [each for each in EXAMPLES if each != "sidecar"])
def test_an_example_is_installed_and_its_pods_are_let_in(helm: Helm, found: Cluster, name: str) -> None:
    """In a namespace that refuses what is not "restricted"; and nothing is left of it but what is to be kept."""
    helm.run("install", name, str(CHART), "--values", _example(name))
    until(lambda: pods.of(found, NAMESPACE, name), timeout=PATIENCE)
    said = helm.run("get", "notes", name)
    assert NAMESPACE in said
    [account] = {pod["spec"]["automountServiceAccountToken"] for pod in pods.of(found, NAMESPACE, name)}
    assert account is (name in ("cluster", "standby"))
    helm.run("uninstall", name)
    until(lambda: not pods.of(found, NAMESPACE, name) or _ending(found, name), timeout=PATIENCE)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_configuration_is_that_of_the_pod(helm: Helm, tmp_path: Path, name: str) -> None:
    """It loads, listens at the ports that are probed and served, and keeps its journal on the volume for it."""
    objects = _rendered(helm, "--values", _example(name))
    [text] = [each["data"]["adapters.yaml"] for each in objects if "adapters.yaml" in each.get("data", {})]
    found = config.load(_placed(text, tmp_path), {})
    if name in ("sidecar", "replay"):
        containers = document("sidecars/jenkins")["controller"]["customInitContainers"] if name == "sidecar" else []
    else:
        [workload] = [each for each in objects if each["kind"] in ("StatefulSet", "Deployment")]
        containers = workload["spec"]["template"]["spec"]["containers"]
    for each in containers:
        mounts = {mount["mountPath"] for mount in each["volumeMounts"]}
        assert str(found.journal.path.parent) in mounts
        listening = {found.server.address[1], host_and_port(found.server.admin or "")[1]}
        assert {port["containerPort"] for port in each["ports"]} <= listening
        assert found.server.loopback is (name == "sidecar")


def test_a_replay_that_is_run_three_times_publishes_once(helm: Helm, tmp_path: Path) -> None:
    """Each of its pods by its own arguments, over a real archive, into a real file."""
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "builds.ndjson").write_bytes(b"\n".join(map(build, range(50))))
    sink = f'config.sinks.broker={{"type": "file", "path": "{tmp_path}/events.jsonl"}}'
    inputs = 'replay.archive.inputs=["/archive"]'
    objects = _rendered(helm, "--values", _example("replay"), "--set-json", sink, "--set-json", inputs)
    [text] = [each["data"]["adapters.yaml"] for each in objects if each["kind"] == "ConfigMap"]
    [job] = [each["spec"] for each in objects if each["kind"] == "Job"]
    [container] = job["template"]["spec"]["containers"]
    moves = {"/etc/cdevents-adapters": _placed(text, tmp_path).parent, "/archive": tmp_path / "archive"}
    for index in [*range(job["completions"])] * 3:
        arguments = [each.replace("$(JOB_COMPLETION_INDEX)", str(index)) for each in container["args"]]
        for there, here in {**moves, "/state": tmp_path}.items():
            arguments = [each.replace(there, str(here), 1) if there in each else each for each in arguments]
        result = invoke(*arguments)
        assert result.exit_code == 0, result.output
    assert len((tmp_path / "events.jsonl").read_bytes().splitlines()) == 50


def test_a_namespace_refuses_what_is_not_restricted(found: Cluster) -> None:
    """So that a pod that is let in there is."""
    pod = {"metadata": {"name": "root"}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
    answer = found.session.post(f"{found.url}/api/v1/namespaces/{NAMESPACE}/pods", json=pod, timeout=30)
    assert answer.status_code == 403
    assert "violates PodSecurity" in answer.text


def test_the_sidecar_is_let_into_the_pod_of_a_tool(helm: Helm, found: Cluster) -> None:
    """With the volumes of the release beside it, as Jenkins' chart puts both into its StatefulSet."""
    helm.run("install", "beside", str(CHART), "--values", _example("sidecar"))
    values = document("sidecars/jenkins")
    jenkins = {**_restricted(values["controller"]["customInitContainers"][0]), "name": "jenkins", "image": "jenkins"}
    pod = {
        "metadata": {"name": "jenkins-0", "annotations": values["controller"]["podAnnotations"]},
        "spec": {
            "initContainers": values["controller"]["customInitContainers"],
            "containers": [jenkins],
            "volumes": values["persistence"]["volumes"],
        },
    }
    _tried(found, {"apiVersion": "v1", "kind": "Pod", **pod})
    for volume in pod["spec"]["volumes"]:
        if claim := volume.get("persistentVolumeClaim"):
            assert found.get(f"/api/v1/namespaces/{NAMESPACE}/persistentvolumeclaims/{claim['claimName']}")
        if made := volume.get("configMap"):
            assert "adapters.yaml" in found.get(f"/api/v1/namespaces/{NAMESPACE}/configmaps/{made['name']}")["data"]


def test_a_changed_configuration_is_rolled_out_and_a_changed_mapping_is_not(helm: Helm, found: Cluster) -> None:
    """The one is read when the service starts, the other whenever it changes."""
    said = ("roll", str(CHART), "--values", _example("kafka"), "--set", "autoscaling.enabled=false")
    helm.run("install", *said)
    first = _template(found, "roll")
    helm.run("upgrade", *said, "--set", "mappings.deploys=cdevents: 0.5.1")
    assert _template(found, "roll") == first
    helm.run("upgrade", *said, "--set", "config.journal.keep=3d")
    assert _template(found, "roll") != first
    helm.run("uninstall", "roll")


def test_a_replay_that_parked_something_is_not_started_again(helm: Helm, found: Cluster) -> None:
    """Its index has failed, and no other pod is made for it; one that crashed is started again, and ends well."""
    helm.run("install", "history", str(CHART), "--values", _example("replay"), "--set", "replay.shards=2")
    until(lambda: len(pods.of(found, NAMESPACE, "history")) == 2, timeout=PATIENCE)
    parked, crashed = sorted(pods.of(found, NAMESPACE, "history"), key=_index)
    pods.end(found, parked, 1)
    pods.end(found, crashed, 137)
    until(lambda: len(pods.of(found, NAMESPACE, "history")) == 3, timeout=PATIENCE)
    [again] = [each for each in pods.of(found, NAMESPACE, "history") if each["status"].get("phase") == "Pending"]
    assert _index(again) == "1"
    pods.end(found, again, 0)
    until(lambda: _ended(_job(found, "history")), timeout=PATIENCE)
    status = _job(found, "history")["status"]
    assert (_ended(_job(found, "history")), status["failedIndexes"], status["completedIndexes"]) == ("Failed", "0", "1")
    assert len(pods.of(found, NAMESPACE, "history")) == 3


@pytest.mark.parametrize(("code", "end"), [(0, "Complete"), (2, "Failed")])
def test_a_replay_is_over_with_its_first_pod(helm: Helm, found: Cluster, code: int, end: str) -> None:
    """It is done, or its configuration is wrong, which another start would not mend."""
    release = f"code-{code}"
    helm.run("install", release, str(CHART), "--values", _example("replay"), "--set", "replay.shards=1")
    until(lambda: pods.of(found, NAMESPACE, release), timeout=PATIENCE)
    pods.end(found, pods.of(found, NAMESPACE, release)[0], code)
    until(lambda: _ended(_job(found, release)), timeout=PATIENCE)
    assert _ended(_job(found, release)) == end
    assert len(pods.of(found, NAMESPACE, release)) == 1


def _rendered(helm: Helm, *words: str) -> list[Json]:
    """The objects of a release that is not installed."""
    return [each for each in yaml.safe_load_all(helm.run("template", "x", str(CHART), *words)) if each]


def _names(chart: Path) -> set[str]:
    with tarfile.open(chart) as archive:
        return set(archive.getnames())


def _placed(text: str, folder: Path) -> Path:
    """The file of a configuration, whose secrets are there."""
    for secret in re.findall(r"/run/secrets/cdevents-adapters/([\w-]+)", text):
        (folder / secret).write_text("x", encoding="utf-8")
    (folder / "adapters.yaml").write_text(text.replace("/run/secrets/cdevents-adapters", str(folder)), encoding="utf-8")
    return folder / "adapters.yaml"


def _example(name: str) -> str:
    return str(CHART / "examples" / f"{name}.yaml")


def _resources(found: Cluster, api: str) -> set[str]:
    """What an API has, by the names in its paths; nothing while there is none."""
    answer = found.session.get(f"{found.url}/{'api' if api == 'v1' else 'apis'}/{api}", timeout=30)
    return {each["name"] for each in answer.json()["resources"]} if answer.ok else set()


def _tried(found: Cluster, each: Json) -> None:
    """The API server would make it, and warns of nothing; a field that it does not know is an error."""
    api = each["apiVersion"]
    resource = f"{each['kind'].lower()}s".replace("policys", "policies").replace("ingresss", "ingresses")
    space = each["metadata"].get("namespace", NAMESPACE)
    place = f"{'api' if api == 'v1' else 'apis'}/{api}"
    if not each["kind"].startswith("ClusterRole"):
        found.make("/api/v1/namespaces", {"metadata": {"name": space}})
        place = f"{place}/namespaces/{space}"
    query = {"dryRun": "All", "fieldValidation": "Strict"}
    answer = found.session.post(f"{found.url}/{place}/{resource}", params=query, json=each, timeout=30)
    assert answer.status_code == 201, f"{each['kind']}: {answer.text}"
    assert "Warning" not in answer.headers, f"{each['kind']}: {answer.headers['Warning']}"


def _restricted(container: Json) -> Json:
    return {"securityContext": container["securityContext"]}


def _ending(found: Cluster, release: str) -> bool:
    """No kubelet is there to end pods."""
    return all("deletionTimestamp" in pod["metadata"] for pod in pods.of(found, NAMESPACE, release))


def _template(found: Cluster, release: str) -> Json:
    path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{release}-cdevents-adapters"
    template: Json = found.get(path)["spec"]["template"]
    return template


def _job(found: Cluster, release: str) -> Json:
    selector = f"app.kubernetes.io/instance={release}"
    [job] = found.get(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs", labelSelector=selector)["items"]
    assert isinstance(job, dict)
    return job


def _ended(job: Json) -> str:
    """How a Job ended, empty while it has not."""
    ends = [each["type"] for each in job["status"].get("conditions", []) if each["status"] == "True"]
    return next((each for each in ends if each in ("Complete", "Failed")), "")


def _index(pod: Json) -> str:
    index: str = pod["metadata"]["labels"]["batch.kubernetes.io/job-completion-index"]
    return index
