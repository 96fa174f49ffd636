"""Shorthand for tests of the shipped mappings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from adapters.cdevents.document import document
from adapters.cdevents.validation import problems
from adapters.cdevents.vocabulary import specs
from adapters.goldens import context, sent
from adapters.mapping import Translation, Translator, load
from adapters.mapping.library import find, shipped
from adapters.model import CDEvent, Notification

JENKINS, GERRIT, REGISTRY = "jenkins/notification", "gerrit/events", "registry/distribution"
GENERIC_EVENT, CLOUDEVENTS = "jenkins/generic-event", "jenkins/cloudevents"
_GERRIT = "https://gerrit.example.com/"
_LABELS = {"gerrit": _GERRIT, "jenkins": "https://jenkins.example.com/"}
_CODE = {"code": "https://code.example.com/"}
_DEPLOYMENTS = {"deploy_jobs": "deploy/.+", "image_jobs": "team/shop-image"}
_ASKING = [
    *("acr/webhook", "artifactory/webhook", "dockerhub/webhook", "ecr/eventbridge", "gcr/pubsub", "github/package"),
    *("nexus/webhook", "quay/notification"),
]
_IN_CLUSTER = [
    *("argocd/application", "fleet/bundledeployment", "flux/notification", "flux/resource", "helm/release"),
]
EVERYTHING: dict[str, dict[str, Any]] = {name: {} for name in shipped()} | {
    JENKINS: {"failed_tests": True, "artifacts": True, "gerrit": _GERRIT} | _DEPLOYMENTS,
    "jenkins/build": {"failed_tests": True, "gerrit": _GERRIT, **_DEPLOYMENTS, "deploy_file": "out/deployed.txt"},
    GENERIC_EVENT: {"gerrit": _GERRIT},
    CLOUDEVENTS: {"gerrit": _GERRIT},
    "github/events": {"steps": True, "minor_events": True},
    "gitlab/events": {"minor_events": True},
    "junit/report": {"whole_run": True},
    "tap/report": {"whole_run": True},
    "robot/output": {"whole_run": True},
    "azure/devops": {"minor_events": True} | _CODE,
    "bitbucket/cloud": {"minor_events": True},
    "bitbucket/datacenter": {"minor_events": True},
    **dict.fromkeys(["buildkite/webhook", "circleci/webhook", "drone/webhook", "woodpecker/pipeline"], _CODE),
    "tekton/run": _CODE,
    "travis/webhook": {"on_start": False} | _CODE,
    "zuul/mqtt": {"gerrit": _GERRIT} | _CODE,
    GERRIT: {"minor_events": True, "replication": True},
    **dict.fromkeys([REGISTRY, "harbor/webhook", "zot/events", *_ASKING], _LABELS),
    "quay/notification": {"builds": True} | _LABELS,
    "registry/log": {"access_log": True} | _LABELS,
    **dict.fromkeys(["trivy/report", "grype/report"], {"report_url": "https://ci.example.com/report.json"} | _LABELS),
    **dict.fromkeys(
        ["argocd/application", "flux/notification", "flux/resource", "helm/release", "fleet/bundledeployment"], _LABELS
    ),
}
"""The variables of each mapping that turn on all that it can emit."""

PLACE_IN_THE_MAPPING = re.compile(r"^mappings/[\w/-]+\.yaml:\d+:\d+: ")
"""How an error of a shipped mapping begins."""

HEARD = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@cache
def instance(mapping: str) -> str:
    """The tool that a mapping's examples are of."""
    return context(mapping).instance


@cache
def _translator(mapping: str, variables: tuple[tuple[str, Any], ...]) -> Translator:
    return load(mapping, instance=instance(mapping), variables={name: _list(value) for name, value in variables})


def _list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def translation(
    mapping: str, body: Any, headers: Mapping[str, str] = MappingProxyType({}), **variables: Any
) -> Translation:
    """What becomes of a body of bytes, or of a value as JSON. A list is a variable as a tuple."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    translator = _translator(mapping, tuple(variables.items()))
    return translator.translate(translator.drop(Notification("test", content, HEARD, headers)))


def events(
    mapping: str, body: Any, headers: Mapping[str, str] = MappingProxyType({}), **variables: Any
) -> tuple[CDEvent, ...]:
    """The events of a body, of which nothing was in error or unmatched."""
    found = translation(mapping, body, headers, **variables)
    assert (found.errors, found.unmatched) == ((), 0)
    return found.events


def event(mapping: str, body: Any, headers: Mapping[str, str] = MappingProxyType({}), **variables: Any) -> CDEvent:
    """The only event of a body."""
    (only,) = events(mapping, body, headers, **variables)
    return only


def inputs(mapping: str) -> list[Path]:
    """The inputs of a mapping's goldens."""
    return sorted(find(mapping).with_name("inputs").iterdir())


def goldens(mapping: str, name: str) -> list[Any]:
    """The notifications of one of a mapping's JSON inputs, as values to change."""
    return [orjson.loads(each.body) for each in sent(find(mapping).with_name("inputs") / name)]


def golden(mapping: str, name: str) -> Any:
    """The only notification of an input."""
    (only,) = goldens(mapping, name)
    return only


def invalid(found: Sequence[CDEvent]) -> list[str]:
    """What is wrong with events as CDEvents of any version that has them."""
    return [problem for each in found for spec in specs(each.name) for problem in problems(document(each, spec), spec)]


def targets(found: CDEvent, kind: str) -> list[str]:
    """The ids that an event's links of a kind (PATH, RELATION) point at."""
    end = "target" if kind == "RELATION" else "from"
    return [link[end]["contextId"] for link in found.links if link["linkType"] == kind]
