"""What can be known of the chart without Helm: its values, its schema, its examples, and what the rest of us says."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from adapters import config
from adapters.metrics import exposition
from adapters.translators import Translators
from tests.charts.chart import CHART, EXAMPLES, Json, document, merged
from tests.checkout import ROOT

VALUES = document("values")


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Validator:
    """What says which values there are."""
    return jsonschema_rs.validator_for(json.loads((CHART / "values.schema.json").read_text(encoding="utf-8")))


def paths(values: Json, *above: str) -> Iterator[tuple[str, ...]]:
    """Every value that is no map with names of its own."""
    for name, value in values.items():
        if isinstance(value, dict) and value and above != ("resources",):
            yield from paths(value, *above, name)
        else:
            yield (*above, name)


def test_the_chart_is_of_the_version_that_it_installs() -> None:
    """So that a release of the one is a release of the other."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    about = document("Chart")
    assert (about["version"], about["appVersion"]) == (version, version)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_only_values_that_there_are(schema: jsonschema_rs.Validator, name: str) -> None:
    """By the schema that Helm asks."""
    schema.validate(merged(VALUES, document(f"examples/{name}")))


@pytest.mark.parametrize("mistake", [{"replica": 2}, {"mode": "job"}, {"persistence": {"size": "4 GB"}}], ids=str)
def test_a_value_that_there_is_not_is_refused(schema: jsonschema_rs.Validator, mistake: Json) -> None:
    """Nothing that is misspelt is passed over."""
    assert not schema.is_valid(merged(VALUES, mistake))


def test_every_value_is_one_that_a_template_reads() -> None:
    """None is there for show; of a map that is passed on whole, the map."""
    text = "".join(path.read_text(encoding="utf-8") for path in (CHART / "templates").iterdir())
    unread = [
        ".".join(path)
        for path in paths(VALUES)
        if not re.search(rf"\b{path[-1]}\b", text) and not re.search(rf"toYaml \.Values\.{path[0]}\b", text)
    ]
    assert unread == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_a_configuration_that_loads(tmp_path: Path, name: str) -> None:
    """With its own mappings, each of which loads, too."""
    values: dict[str, Any] = document(f"examples/{name}")
    for mapping, text in values.get("mappings", {}).items():
        (tmp_path / mapping).mkdir()
        (tmp_path / mapping / "mapping.yaml").write_text(text, encoding="utf-8")
    for secret in re.findall(r"\$\{file:/run/secrets/cdevents-adapters/([\w-]+)\}", yaml.safe_dump(values["config"])):
        (tmp_path / secret).write_text("x", encoding="utf-8")
    text = yaml.safe_dump(values["config"])
    for here in ("/run/secrets/cdevents-adapters", "/etc/cdevents-adapters/mappings"):
        text = text.replace(here, str(tmp_path))
    (tmp_path / "adapters.yaml").write_text(text, encoding="utf-8")
    Translators(config.load(tmp_path / "adapters.yaml", {}).sources)


@pytest.mark.parametrize(("rules", "example"), [("rollouts", "cluster"), ("leading", "standby")])
def test_the_rights_are_those_of_the_example_without_helm(rules: str, example: str) -> None:
    """A source asks for one set of rights, and who stands by for one, wherever it is installed from."""
    objects = yaml.safe_load_all((ROOT / "config" / "kubernetes" / f"{example}.yaml").read_text(encoding="utf-8"))
    [role] = [each for each in objects if each["kind"] in ("ClusterRole", "Role")]
    text = (CHART / "templates" / "_rules.tpl").read_text(encoding="utf-8")
    [named] = re.findall(rf'define "adapters\.{rules}" -}}}}\n(.*?){{{{- end', text, re.DOTALL)
    lease = document("examples/standby")["config"]["standby"]["kubernetes"]["lease"]
    assert yaml.safe_load(named.replace('{{ include "adapters.lease" . | quote }}', lease)) == role["rules"]


def test_replicas_follow_a_metric_that_the_service_has() -> None:
    """The lag of its routes."""
    assert VALUES["autoscaling"]["metric"] == f"{exposition.PREFIX}_route_lag_records"
    assert "`route_lag_records`" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_alerts_are_those_of_who_has_no_helm() -> None:
    """A chart has no file that is not in its folder; the job is named in one way, which it replaces by its own."""
    shipped = (CHART / "files" / "alerts.yaml").read_text(encoding="utf-8")
    assert shipped == (ROOT / "config" / "prometheus" / "alerts.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"job=~?\S+?(?=[,}])", shipped)) == {'job="cdevents-adapters"'}


def test_the_halves_of_the_sidecar_fit() -> None:
    """What Jenkins' pod mounts and asks is what the release beside it makes, and where the sidecar listens."""
    ours, theirs = merged(VALUES, document("examples/sidecar")), document("sidecars/jenkins")
    [container] = theirs["controller"]["customInitContainers"]
    volumes = {each.pop("name"): each for each in theirs["persistence"]["volumes"]}
    name = ours["fullnameOverride"]
    assert volumes == {
        "cdevents-configuration": {"configMap": {"name": name}},
        "cdevents-secrets": {"secret": {"secretName": "cdevents"}},
        "cdevents-journal": {"persistentVolumeClaim": {"claimName": f"{name}-journal"}},
    }
    assert {each["name"] for each in container["volumeMounts"]} == set(volumes)
    assert container["ports"] == [{"name": "adapters", "containerPort": ours["ports"]["admin"]}]
    assert container["image"].rpartition(":")[2] == document("Chart")["appVersion"]
    assert container["restartPolicy"] == "Always"
