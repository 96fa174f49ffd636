"""A Jenkins that listens to several Gerrits: a change is never taken for the one of its number on another server."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from adapters.mapping import load
from adapters.model import CDEvent, Notification
from adapters.sources.jenkins.documents import encoded
from tests.mappings.support import CLOUDEVENTS, GENERIC_EVENT, GERRIT, HEARD, JENKINS, event, events, golden, targets
from tests.mappings.test_jenkins_plugins import heard

BUILD = "jenkins/build"
MAPPINGS = pytest.mark.parametrize("mapping", [JENKINS, BUILD, GENERIC_EVENT, CLOUDEVENTS])
OURS, THEIRS = "https://gerrit.example.com/", "https://gerrit.partner.example.org/r/"
CHANGE = {
    "GERRIT_PROJECT": "team/app",
    "GERRIT_CHANGE_NUMBER": "4711",
    "GERRIT_PATCHSET_NUMBER": "1",
    "GERRIT_EVENT_TYPE": "patchset-created",
}
OF_OURS = {"GERRIT_NAME": "main", "GERRIT_HOST": "gerrit.example.com", "GERRIT_CHANGE_URL": f"{OURS}c/team/app/+/4711"}
OF_THEIRS = {
    "GERRIT_NAME": "partner",
    "GERRIT_HOST": "gerrit.partner.example.org",
    "GERRIT_CHANGE_URL": f"{THEIRS}c/team/app/+/4711",
}


def started(mapping: str, parameters: dict[str, str], **variables: Any) -> CDEvent:
    """The start of a run with parameters, as each mapping hears it."""
    headers: Any = {}
    if mapping == JENKINS:
        body = golden(mapping, "started.json")
        body["build"]["parameters"] = parameters
    elif mapping == BUILD:
        body = golden(mapping, "pipeline-started.json") | {"parameters": parameters}
    elif mapping == GENERIC_EVENT:
        body = golden(mapping, "run-started.json")
        values = [{"name": name, "value": value} for name, value in parameters.items()]
        body["data"]["actions"] = [{"_class": "hudson.model.ParametersAction", "parameters": values}]
    else:
        body, headers = heard("job-started.http")
        body["build"]["parameters"] = parameters
    translator = load(mapping, instance="https://jenkins.example.com/", variables=variables)
    found = translator.translate(Notification("jenkins", encoded(body), HEARD, headers))
    assert (found.errors, found.unmatched) == ((), 0)
    return next(each for each in found.events if each.name == "pipelinerun.started")


def told(found: CDEvent) -> tuple[Any, ...]:
    """What of a change an event tells."""
    data = found.custom_data or {}
    return data.get("change"), data.get("patchset"), data.get("gerrit")


CREATED = event(GERRIT, golden(GERRIT, "patchset-created-1.json"))


@MAPPINGS
@pytest.mark.parametrize(
    "server",
    [
        OF_OURS,
        {**OF_OURS, "GERRIT_HOST": "ssh.internal", "GERRIT_NAME": "x"},
        {"GERRIT_CHANGE_URL": "http://Gerrit.Example.com:80/4711"},
        {"GERRIT_CHANGE_URL": "https://gerrit.example.com:443/#/c/4711/"},
        {"GERRIT_HOST": "GERRIT.example.com", "GERRIT_CHANGE_URL": ""},
        {},
    ],
)
def test_a_change_of_the_server_is_its_change(mapping: str, server: dict[str, str]) -> None:
    """By its URL; also where nothing says which server it is, as the Gerrit Trigger did before it knew several."""
    found = started(mapping, CHANGE | server, gerrit=OURS)
    assert (found.chain_id, targets(found, "RELATION")) == (CREATED.chain_id, [CREATED.id])
    assert told(found) == ("team%2Fapp~4711", 1, OURS)


@MAPPINGS
@pytest.mark.parametrize(
    "server",
    [
        OF_THEIRS,
        {"GERRIT_HOST": "gerrit.partner.example.org"},
        {"GERRIT_NAME": "partner"},
        {"GERRIT_CHANGE_URL": "https://gerrit.example.com.evil.example/c/team/app/+/4711"},
        {"GERRIT_CHANGE_URL": "https://gerrit.example.com:8443/c/team/app/+/4711"},
        {"GERRIT_CHANGE_URL": "https://gerrit.example.com@evil.example/c/team/app/+/4711"},
        OF_OURS | {"GERRIT_CHANGE_URL": f"{THEIRS}4711"},
    ],
)
def test_a_change_of_another_server_is_not_taken_for_one_of_this(mapping: str, server: dict[str, str]) -> None:
    """Not its chain, not a link, and nothing to vote on."""
    found = started(mapping, CHANGE | server, gerrit=OURS)
    assert (found.chain_id, targets(found, "RELATION"), told(found)) == (
        started(mapping, {}, gerrit=OURS).chain_id,
        [],
        (None, None, None),
    )


@MAPPINGS
def test_several_servers_are_told_apart_by_their_names(mapping: str) -> None:
    """Each run is in the chain of its own server's change, and says which that is."""
    variables = {"gerrits": {"main": OURS, "partner": THEIRS}}
    ours, theirs = (started(mapping, CHANGE | server, **variables) for server in (OF_OURS, OF_THEIRS))
    assert (ours.chain_id, targets(ours, "RELATION")) == (CREATED.chain_id, [CREATED.id])
    assert ours.chain_id != theirs.chain_id
    assert not {*targets(ours, "RELATION")} & {*targets(theirs, "RELATION")}
    assert told(theirs) == ("team%2Fapp~4711", 1, THEIRS)
    assert told(started(mapping, CHANGE | OF_THEIRS | {"GERRIT_NAME": "third"}, **variables)) == (None, None, None)


def kinds(found: CDEvent) -> list[str]:
    """The kinds of an event's relations."""
    return [link["linkKind"] for link in found.links if link["linkType"] == "RELATION"]


@MAPPINGS
@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        *((name, "TRIGGER") for name in ("patchset-created", "draft-published", "change-merged")),
        *(
            (name, "SOURCE")
            for name in (
                "comment-added", "change-abandoned", "change-restored", "topic-changed", "hashtags-changed",
                "wip-state-changed", "private-state-changed", "vote-deleted", "rerun-check",
            )
        ),
    ],
)  # fmt: skip
def test_a_patch_set_triggered_only_what_its_upload_did(mapping: str, type_: str, kind: str) -> None:
    """Which comment it was, the parameters do not say: it is a run of the patch set, in the chain of its change."""
    found = started(mapping, CHANGE | OF_OURS | {"GERRIT_EVENT_TYPE": type_}, gerrit=OURS)
    assert found.chain_id == CREATED.chain_id
    assert kinds(found) == [kind]
    if type_ != "change-merged":
        assert targets(found, "RELATION") == [CREATED.id]


@MAPPINGS
def test_a_push_is_of_no_change(mapping: str) -> None:
    """`ref-updated` has a project and no number: the run is in a chain of its own."""
    push = {"GERRIT_REFNAME": "master", "GERRIT_OLDREV": "0" * 40, "GERRIT_NEWREV": "5d" * 20}
    parameters = {"GERRIT_EVENT_TYPE": "ref-updated", "GERRIT_PROJECT": "team/app", **push, **OF_OURS}
    del parameters["GERRIT_CHANGE_URL"]
    found = started(mapping, parameters, gerrit=OURS)
    assert (found.chain_id, kinds(found), told(found)) == (
        started(mapping, {}).chain_id,
        [],
        (None, None, None),
    )


def test_the_end_of_a_run_says_which_server_its_change_is_of() -> None:
    """For who votes when it has ended."""
    body = deepcopy(golden(JENKINS, "gerrit-patchset-1-finished.json"))
    (found,) = events(JENKINS, body, gerrit=OURS)
    assert (found.custom_data or {})["gerrit"] == OURS
