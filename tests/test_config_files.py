"""The ready-made configurations and the image: what can be known of them without running Kubernetes or Docker."""

from __future__ import annotations

import json
import re
import tomllib
from fnmatch import fnmatch
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer.testing import CliRunner

from adapters import config
from adapters.cli import main
from adapters.cli.exits import Exit
from adapters.errors import ConfigError
from adapters.model import Encoding, Format
from adapters.sinks import SINKS
from adapters.translators import Exporters, Translators
from tests.checkout import ROOT

CONFIG = ROOT / "config"
SOURCES_OF = {
    "jenkins": {"webhook"},
    "jenkins-home": {"jenkins-home"},
    "jenkins-api": {"jenkins-api"},
    "standby": {"jenkins-api"},
    "gerrit": {"webhook"},
    "gerrit-stream": {"gerrit-stream"},
    "gerrit-api": {"gerrit-api"},
    "github": {"webhook", "github-deliveries"},
    "poll": {"poll"},
    "registry": {"webhook"},
    "registry-log": {"registry-log"},
    "kubernetes": {"kubernetes"},
    "incidents": {"webhook"},
    "logs": {"tail"},
    "objects": {"objects"},
    "brokers": {"kafka", "nats", "rabbitmq", "mqtt"},
}
"""The ready configurations of one sidecar that publishes, each with the types of its sources."""
REPLICAS = [f"replicas/{broker}-{half}" for broker in ("kafka", "nats", "rabbitmq") for half in ("relay", "translate")]
READY = (*SOURCES_OF, *REPLICAS, "actions", "eiffel", "exports", "opentelemetry", "store")
MOUNTED = "/etc/cdevents-adapters/adapters.yaml"


def text_of(name: str) -> str:
    """A ready configuration."""
    return (CONFIG / f"{name}.yaml").read_text(encoding="utf-8")


def wanted(name: str) -> set[str]:
    """The environment that a configuration reads."""
    return set(re.findall(r"\$\{env:(\w+)", text_of(name)))


def loaded(name: str) -> config.Config:
    """A ready configuration, given its environment."""
    environ = {variable: "https://x.example.com/" if variable.endswith("_URL") else "x" for variable in wanted(name)}
    return config.load(CONFIG / f"{name}.yaml", environ)


def manifests() -> dict[str, Any]:
    """The Kubernetes objects by their kind."""
    text = (CONFIG / "kubernetes" / "jenkins.yaml").read_text(encoding="utf-8")
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def sidecar() -> dict[str, Any]:
    """The adapter's container in the pod."""
    [container] = manifests()["StatefulSet"]["spec"]["template"]["spec"]["initContainers"]
    assert isinstance(container, dict)
    return container


def dockerfile() -> list[list[str]]:
    """The image's instructions, each as its words; continued lines are joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def test_the_default_listens_to_all_three_tools_and_keeps_both_formats() -> None:
    """Without a configuration: this machine only, every shipped webhook, a file for each format, no secret needed."""
    found = config.load(CONFIG / "default.yaml", {})
    assert found.server.listen == "127.0.0.1:8080"
    assert {source.mapping for source in found.sources.values()} == {
        "jenkins/notification",
        "gerrit/events",
        "registry/distribution",
    }
    files = {route.format: found.sinks[route.sink].model_dump()["path"] for route in found.routes.values()}
    assert files == {
        Format.LEGACY: Path("var/events/legacy.jsonl"),
        Format.CDEVENTS: Path("var/events/cdevents.jsonl"),
    }


def test_every_ready_configuration_is_tested_and_shown() -> None:
    """Those that load here are all there are, and the page that says which to take names each of them."""
    files = [*CONFIG.glob("*.yaml"), *CONFIG.glob("replicas/*.yaml")]
    assert {f"{file.relative_to(CONFIG).with_suffix('')}" for file in files} == {*READY, "default", "compose"}
    shown = set(re.findall(r"\]\(([\w/.-]+\.yaml)\)", (CONFIG / "README.md").read_text(encoding="utf-8")))
    assert {file.relative_to(CONFIG).as_posix() for file in CONFIG.rglob("*.yaml")} == shown


@pytest.mark.parametrize("name", SOURCES_OF)
def test_a_sidecar_publishes_both_formats_to_each_of_its_sinks(name: str) -> None:
    """Each example loads as it stands, given its environment, and hears what it is for."""
    found = loaded(name)
    assert {source.type for source in found.sources.values()} == SOURCES_OF[name]
    assert {(route.sink, route.format) for route in found.routes.values()} == set(
        product(found.sinks, (Format.LEGACY, Format.CDEVENTS))
    )


def test_a_sidecar_that_exports_has_a_mapping_for_each_route() -> None:
    """It hears CDEvents, publishes none, and each of its export mappings loads as it is set there."""
    found = loaded("exports")
    assert all(source.hears_cdevents for source in found.sources.values())
    assert {route.format for route in found.routes.values()} == {Format.MAPPED}
    exports = Exporters(found.routes, found.problem)
    assert [exports[name].name for name in found.routes] == [route.mapping for route in found.routes.values()]


def test_a_sidecar_that_acts_hears_cdevents_and_publishes_none() -> None:
    """From a broker and by webhook; each of its sinks is an action, and has a route."""
    found = loaded("actions")
    assert {source.type for source in found.sources.values()} == {"kafka", "webhook"}
    assert all(source.hears_cdevents for source in found.sources.values())
    assert {SINKS[sink.type].acts for sink in found.sinks.values()} == {True}
    assert [route.sink for route in found.routes.values()] == [*found.sinks]


@pytest.mark.parametrize("name", ["store", "opentelemetry"])
def test_a_sidecar_that_keeps_hears_cdevents_and_publishes_none(name: str) -> None:
    """Each of its sinks is a store, or shows them as one does, and has a route."""
    found = loaded(name)
    assert all(source.hears_cdevents for source in found.sources.values())
    assert {SINKS[sink.type].keeps for sink in found.sinks.values()} == {True}
    assert [route.sink for route in found.routes.values()] == [*found.sinks]


@pytest.mark.parametrize("name", READY)
def test_the_mappings_of_a_sidecar_load_with_what_it_tells_them(name: str) -> None:
    """Its variables are those of its mappings."""
    Translators(loaded(name).sources)


@pytest.mark.parametrize("name", READY)
def test_a_sidecar_names_every_variable_it_needs(name: str) -> None:
    """The comment at the top lists the environment, no more and no less."""
    [listed] = re.findall(r"^# Environment: ([\w, \n#]*)\.$", text_of(name), re.MULTILINE)
    assert set(re.findall(r"\w+", listed)) == wanted(name)


@pytest.mark.parametrize("name", READY)
def test_a_sidecar_without_its_environment_says_which_variable(name: str) -> None:
    """A variable that is not set is a problem of the line that wants it."""
    with pytest.raises(ConfigError) as caught:
        config.load(CONFIG / f"{name}.yaml", {})
    assert f"{name}.yaml:" in str(caught.value)
    assert all(f"{variable} is not set" in str(caught.value) for variable in wanted(name))


@pytest.mark.parametrize("broker", ["kafka", "nats", "rabbitmq"])
def test_the_two_halves_fit(broker: str) -> None:
    """What the first publishes the second translates, by the same mapping, and acknowledges at last."""
    first, second = (loaded(f"replicas/{broker}-{half}") for half in ("relay", "translate"))
    [heard], [translated] = first.sources.values(), second.sources.values()
    assert (heard.instance, heard.mapping) == (translated.instance, translated.mapping)
    [relay], [cdevents] = first.routes.values(), second.routes.values()
    assert (relay.format, relay.relay, relay.encoding) == (Format.LEGACY, True, Encoding.BINARY)
    assert cdevents.format is Format.CDEVENTS
    source = translated.model_dump()
    assert (source["type"], source["relayed"], source["ack"]) == (broker, True, "delivered")
    assert _published(first.sinks[relay.sink].model_dump()) == _listened(source)


def _published(sink: dict[str, Any]) -> object:
    """Where a sink publishes a tool's words."""
    queues = sink.get("queues", ())
    place = queues[0]["queue"] if queues else sink.get("topic") or sink["subject"]
    return place.replace("{format}", "legacy")


def _listened(source: dict[str, Any]) -> object:
    """Where a source listens."""
    return source.get("queue") or source.get("subject") or source["topics"][0]


def test_the_pod_has_a_configuration_that_loads(tmp_path: Path) -> None:
    """The ConfigMap holds a whole configuration, and every secret it reads is a key of the Secret."""
    for name, value in manifests()["Secret"]["stringData"].items():
        (tmp_path / name).write_text(value, encoding="utf-8")
    text = manifests()["ConfigMap"]["data"]["adapters.yaml"].replace("/run/secrets/cdevents-adapters", str(tmp_path))
    file = tmp_path / "adapters.yaml"
    file.write_text(text, encoding="utf-8")
    assert set(config.load(file, {}).sources) == {"jenkins"}
    mounts = {mount["name"]: mount["mountPath"] for mount in sidecar()["volumeMounts"]}
    assert f"{mounts['configuration']}/{file.name}" == MOUNTED


def test_the_pod_keeps_the_journal_beyond_its_own_life() -> None:
    """The journal's folder is a claimed volume that is larger than the journal may grow."""
    [claim] = manifests()["StatefulSet"]["spec"]["volumeClaimTemplates"]
    mounts = {mount["name"]: mount["mountPath"] for mount in sidecar()["volumeMounts"]}
    journal = yaml.safe_load(manifests()["ConfigMap"]["data"]["adapters.yaml"])["journal"]
    assert Path(journal["path"]).parent == Path(mounts[claim["metadata"]["name"]])
    assert (journal["max_size"], claim["spec"]["resources"]["requests"]["storage"]) == ("2GiB", "4Gi")


def test_the_pod_probes_where_the_adapter_listens() -> None:
    """Probes and port are the configured ones, and the adapter is up before its tool and stays as long."""
    [port] = sidecar()["ports"]
    listen = yaml.safe_load(manifests()["ConfigMap"]["data"]["adapters.yaml"])["server"]["listen"]
    assert listen == f"0.0.0.0:{port['containerPort']}"
    probes = {key: sidecar()[f"{key}Probe"]["httpGet"] for key in ("startup", "readiness", "liveness")}
    assert {probe["port"] for probe in probes.values()} == {port["name"]}
    assert [probe["path"] for probe in probes.values()] == ["/readyz", "/readyz", "/healthz"]
    assert sidecar()["restartPolicy"] == "Always"


def test_the_pod_gives_the_adapter_no_rights_it_does_not_need() -> None:
    """No root, no capability, nothing to write but the journal; the image's own user."""
    context = sidecar()["securityContext"]
    assert context["runAsNonRoot"]
    assert context["readOnlyRootFilesystem"]
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert ["USER", f"{context['runAsUser']}:{context['runAsGroup']}"] in dockerfile()


def composed() -> dict[str, Any]:
    """The services of the compose file."""
    services = yaml.safe_load((CONFIG / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert isinstance(services, dict)
    return services


def test_compose_gives_the_sidecar_what_its_configuration_wants() -> None:
    """The mounted configuration exists, and with what is set it listens where Jenkins posts to and health is asked."""
    adapters = composed()["adapters"]
    source, target, _ = adapters["volumes"][0].split(":")
    assert target == MOUNTED
    found = config.load(CONFIG / source, adapters["environment"])
    assert found.server.address == ("0.0.0.0", urlsplit(adapters["environment"]["HEALTH_URL"]).port)
    posts = "http://jenkins:PASSWORD@adapters:8090/jenkins"
    assert posts in (CONFIG / "compose.yaml").read_text(encoding="utf-8")
    assert (urlsplit(posts).port, urlsplit(posts).path) == (found.server.address[1], "/jenkins")


def test_compose_survives_a_restart_of_either() -> None:
    """Each is started again by itself, in a network that outlives it; what it must keep is in a volume."""
    services = composed()
    assert {each["restart"] for each in services.values()} == {"unless-stopped"}
    assert not any("network_mode" in each or "restart" in str(each.get("depends_on")) for each in services.values())
    assert services["jenkins"]["depends_on"] == {"adapters": {"condition": "service_healthy"}}
    assert "healthcheck" in services["jenkins"]
    assert "HEALTHCHECK" in {line[0] for line in dockerfile()}
    assert services["jenkins"]["volumes"] == ["jenkins-home:/var/jenkins_home"]
    assert "journal:/var/lib/cdevents-adapters" in services["adapters"]["volumes"]


def test_the_image_copies_only_what_exists_and_is_sent() -> None:
    """Every COPY from the checkout names something that is there and that .dockerignore lets through."""
    sent = [
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")
    ]
    copied = [word for line in dockerfile() if line[0] == "COPY" and "--from=build" not in line for word in line[1:-1]]
    assert copied
    assert [
        word for word in copied if not (ROOT / word).exists() or not any(fnmatch(word, each) for each in sent)
    ] == []


def test_the_image_runs_as_nobody_and_says_how_it_is() -> None:
    """A numeric user that is not root, a health check, a volume for what must last, one command."""
    last = {line[0]: line[1:] for line in dockerfile()}
    assert last["USER"] == ["10001:10001"]
    assert last["VOLUME"] == last["WORKDIR"] == ["/var/lib/cdevents-adapters"]
    assert "CMD" in last["HEALTHCHECK"]
    assert json.loads(" ".join(last["ENTRYPOINT"])) == ["cdevents-adapters"]
    assert json.loads(" ".join(last["CMD"])) == ["run"]
    assert f"CDEVENTS_ADAPTERS_CONFIG={MOUNTED}" in last["ENV"]


def test_the_image_installs_nothing_that_is_not_pinned() -> None:
    """The image's pip checks hashes where it asks an index, and what it builds is built by what was pinned."""
    runs = " && ".join(" ".join(line) for line in dockerfile() if line[0] == "RUN")
    installs, builds = (re.findall(rf"pip[^&]* {what} [^&]*", runs) for what in ("install", "wheel"))
    assert len(installs) == len(builds) == 2
    assert all("--require-hashes" in each or "--no-index" in each for each in installs)
    assert all("--require-hashes" in each or each.endswith("--wheel-dir /wheels . ") for each in builds)
    assert all("--no-build-isolation" in each for each in builds)


def test_the_image_has_the_clients_of_every_source_and_sink() -> None:
    """What it installs, unless told otherwise, has each dependency of each extra."""
    arguments = dict(word.split("=") for kind, word, *_ in dockerfile() if kind == "ARG")
    chosen = arguments["REQUIREMENTS"]
    pinned = (ROOT / "requirements" / f"{chosen}.txt").read_text(encoding="utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    wanted = {
        re.split(r"[<>=\[]", each)[0].replace(".", "-")
        for name, needs in extras.items()
        if name not in ("all", "pytest")
        for each in needs
    }
    assert wanted <= set(re.findall(r"^([\w.-]+)==", pinned, re.MULTILINE))


def test_the_replay_job_shares_its_archive_out_whole(tmp_path: Path) -> None:
    """The Indexed Job's pods are as many as its shards, its arguments are the command's, its configuration loads."""
    text = (CONFIG / "kubernetes" / "replay.yaml").read_text(encoding="utf-8")
    objects = {each["kind"]: each for each in yaml.safe_load_all(text)}
    spec = objects["Job"]["spec"]
    [container] = spec["template"]["spec"]["containers"]
    assert spec["completionMode"] == "Indexed"
    assert f"--shard=$(JOB_COMPLETION_INDEX)/{spec['completions']}" in container["args"]
    (tmp_path / "replay.yaml").write_text(objects["ConfigMap"]["data"]["replay.yaml"])
    assert list(config.load(tmp_path / "replay.yaml", {}).routes) == ["cdevents"]
    (tmp_path / "archive").mkdir()
    moves = {"/etc/cdevents-adapters": str(tmp_path), "/archive": str(tmp_path / "archive"), "/state": str(tmp_path)}
    arguments = [_moved(each, moves).replace("$(JOB_COMPLETION_INDEX)", "7") for each in container["args"]]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert json.loads((tmp_path / "7.json").read_bytes())["done"]


def test_the_replay_job_starts_nothing_again_that_would_end_alike() -> None:
    """By exit code: what is parked ends an index, what is wrong ends all; and no pod is restarted in place."""
    [job] = [
        each
        for each in yaml.safe_load_all((CONFIG / "kubernetes" / "replay.yaml").read_text(encoding="utf-8"))
        if each["kind"] == "Job"
    ]
    rules = {
        code: rule["action"]
        for rule in job["spec"]["podFailurePolicy"]["rules"]
        for code in rule.get("onExitCodes", {}).get("values", ())
    }
    assert rules == {int(Exit.PROBLEMS): "FailIndex", int(Exit.USAGE): "FailJob"}
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def _moved(argument: str, moves: dict[str, str]) -> str:
    """The argument with the container's folders replaced by those of the test."""
    for container, here in moves.items():
        if container in argument:
            return argument.replace(container, here)
    return argument
