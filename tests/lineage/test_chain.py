"""The shipped mappings agree: what one tool says, and the labels of an image, lead to the ids of another tool's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from adapters.cdevents.document import document
from adapters.cdevents.history import ROLLOUTS
from adapters.cdevents.ids import chain_id, context_id
from adapters.goldens import sent
from adapters.lineage import event as lineage
from adapters.lineage.story import story
from adapters.mapping import load
from adapters.mapping.library import find
from adapters.model import LOOKED_UP, CDEvent, Notification, Spec
from tests.mappings.support import GERRIT, HEARD, JENKINS, REGISTRY, event, golden, instance, invalid, targets

_OF_JENKINS = {"gerrit": instance(GERRIT), "image_jobs": "team/shop-image", "deploy_jobs": "deploy/.+"}
VARIABLES: Mapping[str, Mapping[str, str]] = {
    GERRIT: {},
    JENKINS: _OF_JENKINS,
    "jenkins/build": _OF_JENKINS,
    REGISTRY: {"gerrit": instance(GERRIT), "jenkins": instance(JENKINS)},
    "registry/log": {"gerrit": instance(GERRIT), "jenkins": instance(JENKINS)},
    "harbor/webhook": {"gerrit": instance(GERRIT), "jenkins": instance(JENKINS)},
    "zot/events": {"gerrit": instance(GERRIT), "jenkins": instance(JENKINS)},
    "alertmanager/webhook": {"gerrit": instance(GERRIT), "jenkins": instance(JENKINS)},
}
"""What each source is told of the others."""


def made(mapping: str, name: str, variables: Mapping[str, str] = MappingProxyType({})) -> list[CDEvent]:
    """The events of one of a mapping's inputs."""
    translator = load(mapping, instance=instance(mapping), variables={**VARIABLES[mapping], **variables})
    file: Path = find(mapping).with_name("inputs") / name
    found = [translator.translate(Notification("test", each.body, HEARD, each.headers)) for each in sent(file)]
    return [one for each in found for one in each.events]


@pytest.mark.parametrize(
    ("mapping", "name"),
    [
        (JENKINS, "gerrit-merged-started.json"),
        (JENKINS, "deploy-of-change-started.http"),
        (JENKINS, "deploy-of-change-finished.http"),
        ("jenkins/build", "deploy-of-change-started.http"),
        ("jenkins/build", "deploy-of-change-finished.http"),
        (REGISTRY, "push-image-of-change.http"),
        (REGISTRY, "push-image-of-change-alone.http"),
        ("registry/log", "json-push-of-change.http"),
        ("harbor/webhook", "pushed-of-change.http"),
        ("zot/events", "image-updated-of-change.http"),
        ("alertmanager/webhook", "of-change.http"),
    ],
)
def test_all_are_of_the_changes_chain(mapping: str, name: str) -> None:
    """A run that a change triggered, an image that names it, and a run that deploys this: each event has its chain."""
    (merged,) = made(GERRIT, "change-merged.json")
    assert {each.chain_id for each in made(mapping, name)} == {merged.chain_id}


def test_an_image_follows_the_run_that_built_it() -> None:
    """Its label has the run's URL; where it has none, it follows the change."""
    (started,) = [each for each in made(JENKINS, "image-started.json") if each.name == "pipelinerun.started"]
    (published,) = made(REGISTRY, "push-image-of-change.http")
    assert targets(published, "RELATION") == [started.id]


def test_an_incident_follows_the_run_that_built_the_image() -> None:
    """And stands under the deployment, with which it has the service and the environment in common."""
    (incident,) = made("alertmanager/webhook", "of-change.http")
    (started,) = [each for each in made(JENKINS, "image-started.json") if each.name == "pipelinerun.started"]
    assert targets(incident, "RELATION") == [started.id]
    (deployed,) = [each for each in made(JENKINS, "deploy-of-change-finished.http") if each.name == "service.deployed"]
    told = [lineage.event(document(each, Spec.V0_5_1)) for each in (incident, deployed)]
    (tree,) = story(told, deployed.chain_id or "")
    assert (tree.event.id, [child.event.id for child in tree.children]) == (deployed.id, [incident.id])


def test_a_deployment_follows_the_build_of_its_image() -> None:
    """If that build's job is known to push images, so that there is an event of it."""
    (built,) = [each for each in made(JENKINS, "image-finished.json") if each.name == "build.finished"]
    for mapping in (JENKINS, "jenkins/build"):
        (started,) = made(mapping, "deploy-of-change-started.http")
        assert targets(started, "RELATION") == [built.id]
    (started,) = made(JENKINS, "deploy-of-change-started.http", {"image_jobs": ""})
    assert targets(started, "RELATION") == []


def test_without_gerrit_the_run_is_the_chain() -> None:
    """An image, and the run that deploys it, are then of the chain of the run that built it."""
    alone = {"gerrit": ""}
    (finished, *_) = made(JENKINS, "image-finished.json", alone)
    (published,) = made(REGISTRY, "push-image-of-change.http", alone)
    (deploying,) = made(JENKINS, "deploy-of-change-started.http", alone)
    assert published.chain_id == deploying.chain_id == finished.chain_id


@pytest.mark.parametrize(
    "path",
    ["", "4711", "c/team/app", "c/team/%ff/+/4711", "c//+/4711x", "c/+/4711", "#/c/4711/", "c/a\x00/+/1", "job/"],
)
def test_whatever_a_label_says_the_image_is_told(path: str) -> None:
    """Anybody may push any label: it leads to a chain or to none, and never to an event that is invalid or parked."""
    labels = {f"org.opencontainers.image.{name}": f"{instance(GERRIT)}{path}" for name in ("source", "url", "revision")}
    labels["org.opencontainers.image.url"] = f"{instance(JENKINS)}{path}"
    body = golden(REGISTRY, "push-image.json")
    digest = body["events"][0]["target"]["digest"]
    header = {f"pkg:oci/app@{digest}?repository_url=registry.example.com/team/app": labels}
    published = event(REGISTRY, body, {LOOKED_UP: json.dumps(header)}, **VARIABLES[REGISTRY])
    assert published.custom_data is not None
    assert published.custom_data["revision"] == labels["org.opencontainers.image.revision"]
    assert invalid([published]) == []


def test_labels_of_elsewhere_make_no_chain() -> None:
    """Those of another Gerrit and another Jenkins, and of an image that is of no change."""
    (stranger,) = made(REGISTRY, "push-image-of-strangers.http")
    (unlabelled,) = made(REGISTRY, "push-image.json")
    assert (stranger.chain_id, stranger.links) == (unlabelled.chain_id, unlabelled.links) == (None, [])


_GERRIT = instance(GERRIT)
_LABELS = {"org.opencontainers.image.source": f"{_GERRIT}c/team/app/+/4711"}
_RUNNING = {
    "kubernetes/rollout": {"gerrit": _GERRIT},
    "argocd/application": {"gerrit": _GERRIT},
    "flux/notification": {"gerrit": _GERRIT},
    "helm/release": {"gerrit": _GERRIT},
    "alertmanager/webhook": {"gerrit": _GERRIT},
    JENKINS: _OF_JENKINS,
}


@pytest.mark.parametrize("mapping", _RUNNING)
def test_what_runs_an_image_is_of_the_chain_that_its_labels_name(mapping: str) -> None:
    """Each rollout and each incident, in whichever example of its mapping, whose image the registry was asked about."""
    (merged,) = made(GERRIT, "change-merged.json")
    translator = load(mapping, instance=instance(mapping), variables=_RUNNING[mapping])
    joined = 0
    for file in sorted(find(mapping).with_name("inputs").iterdir()):
        for each in sent(file):
            said = Notification("test", each.body, HEARD, each.headers)
            labels = json.dumps(dict.fromkeys(translator.images(said), _LABELS))
            told = translator.translate(said._replace(headers={**said.headers, LOOKED_UP: labels})).events
            found = [event for event in told if event.name in ROLLOUTS or event.name.startswith("incident.")]
            if labels != "{}" and len(translator.images(said)) == len({event.subject_id for event in found}):
                assert {event.chain_id for event in found} == {merged.chain_id}, file
                joined += len(found)
    assert joined


_TICKETS = {
    "jira/webhook": ("created.json", ("issue", "fields", "description")),
    "github/issues": ("opened.json", ("issue", "body")),
    "gitlab/issues": ("opened.json", ("object_attributes", "description")),
}


def ticket(mapping: str, text: object) -> CDEvent:
    """A ticket of this description, where Gerrit and PagerDuty are known."""
    name, path = _TICKETS[mapping]
    body = golden(mapping, name)
    at = body
    for member in path[:-1]:
        at = at[member]
    at[path[-1]] = text
    return event(mapping, body, gerrit=_GERRIT, pagerduty=instance("pagerduty/webhook"))


@pytest.mark.parametrize("mapping", _TICKETS)
def test_a_ticket_that_names_a_change_is_in_its_chain(mapping: str) -> None:
    """By the URL of the first change of this Gerrit in its description; it is linked to that, and to an incident."""
    created = context_id(_GERRIT, "change.created", ["team%2Fapp~4711"])
    detected = context_id(instance("pagerduty/webhook"), "incident.detected", ["Q1ABC"])
    pager = "https://acme.pagerduty.com/incidents/Q1ABC"
    found = ticket(mapping, f"It broke with [this]({_GERRIT}c/team/app/+/4711/2), see {pager}?x=1.")
    assert found.chain_id == chain_id([_GERRIT, "team%2Fapp~4711"])
    assert targets(found, "RELATION") == [created, detected]
    assert invalid([found]) == []


@pytest.mark.parametrize("mapping", _TICKETS)
@pytest.mark.parametrize(
    "text", [None, "", "nothing", {"type": "doc"}, "https://review.other.example.com/c/team/app/+/4711", 7]
)
def test_a_ticket_that_names_none_is_a_chain_of_its_own(mapping: str, text: object) -> None:
    """Whatever its description is, it is told."""
    assert ticket(mapping, text) == ticket(mapping, "")
    assert targets(ticket(mapping, text), "RELATION") == []
