"""What the mappings of CI tools promise beyond their examples."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import orjson
import pytest

from adapters.goldens import sent
from adapters.mapping.library import find
from tests.mappings.support import EVERYTHING, GERRIT, event, events, golden, instance, targets, translation

ZUUL, CIRCLECI, TRAVIS, BUILDKITE, DRONE = (
    "zuul/mqtt",
    "circleci/webhook",
    "travis/webhook",
    "buildkite/webhook",
    "drone/webhook",
)
REPOSITORY = "https://git.example.com/acme/shop.git"
COMMIT = "5ca1ab1e" * 5


def _circleci(body: Any) -> None:
    body["pipeline"]["vcs"] |= {"target_repository_url": REPOSITORY, "revision": COMMIT}


def _travis(body: Any) -> None:
    body |= {"compare_url": f"{REPOSITORY}/compare/a...b".replace(".git/", "/"), "commit": COMMIT}


def _buildkite(body: Any) -> None:
    body["pipeline"]["repository"] = "git@git.example.com:acme/shop.git"
    body["build"]["commit"] = COMMIT


def _drone(body: Any) -> None:
    body["repo"]["git_http_url"] = REPOSITORY
    body["build"]["after"] = COMMIT


def _github(body: Any) -> None:
    body["repository"]["html_url"] = "https://git.example.com/acme/shop"
    body["workflow_run"]["head_sha"] = COMMIT


def _gitlab(body: Any) -> None:
    body["project"]["web_url"] = "https://git.example.com:443/Acme/Shop"
    body["object_attributes"]["sha"] = COMMIT


ENDS = [
    ("github/events", "run-of-main.json", _github),
    ("gitlab/events", "pipeline-of-main.json", _gitlab),
    (CIRCLECI, "workflow-success.json", _circleci),
    (TRAVIS, "passed.json", _travis),
    (BUILDKITE, "passed.json", _buildkite),
    (DRONE, "success.json", _drone),
]


def test_what_is_built_of_one_commit_is_one_chain() -> None:
    """Whichever tool builds it, however that writes the repository's URL."""
    chains = set()
    for mapping, name, to_one in ENDS:
        body = golden(mapping, name)
        to_one(body)
        chains |= {each.chain_id for each in events(mapping, body)}
    assert len(chains) == 1


@pytest.mark.parametrize(
    ("name", "patch_set", "kind"),
    [
        ("first-patch-set.json", "patchset-created-1.json", "created"),
        ("start.json", "patchset-created-2.json", "updated"),
    ],
)
def test_a_run_of_zuul_is_in_the_chain_of_its_change(name: str, patch_set: str, kind: str) -> None:
    """And follows the patch set that gerrit/events tells of, by its id."""
    gerrit = instance(GERRIT)
    run, change = event(ZUUL, golden(ZUUL, name), gerrit=gerrit), event(GERRIT, golden(GERRIT, patch_set))
    assert change.name == f"change.{kind}"
    assert run.chain_id == change.chain_id
    assert targets(run, "RELATION") == [change.id]


def test_a_change_of_another_gerrit_is_not_ours() -> None:
    """Its number may be one of ours."""
    found = event(ZUUL, golden(ZUUL, "start.json"), gerrit="https://review.example.org/")
    assert found.chain_id != event(GERRIT, golden(GERRIT, "patchset-created-2.json")).chain_id
    assert targets(found, "RELATION") == []


@pytest.mark.parametrize(("name", "outcome"), [("success.json", "success"), ("dequeue.json", "cancel")])
def test_a_run_of_zuul_ends_that_started(name: str, outcome: str) -> None:
    """Though its buildset is another by then: a gate began anew, or the item was dequeued."""
    body = golden(ZUUL, "start.json")
    began = event(ZUUL, body)
    ended = events(ZUUL, golden(ZUUL, name) | {"uuid": body["uuid"]})[0]
    assert ended.subject_id == began.subject_id
    assert ended.content["outcome"] == outcome
    assert targets(ended, "PATH") == [began.id]


@pytest.mark.parametrize("wrong", [None, "", 7, [], {"x": 1}], ids=repr)
@pytest.mark.parametrize(
    ("mapping", "name", "place"),
    [
        (CIRCLECI, "workflow-success.json", "pipeline.vcs.branch"),
        (TRAVIS, "pull-request.json", "pull_request_number"),
        (DRONE, "running.json", "build.ref"),
        (ZUUL, "success.json", "patchset"),
        (ZUUL, "success.json", "change"),
        (ZUUL, "success.json", "changes"),
    ],
)
def test_what_a_branch_or_a_change_is_called_loses_no_event(mapping: str, name: str, place: str, wrong: object) -> None:
    """Neither decides what happened: where it is of no use, the event says nothing of it."""
    body = golden(mapping, name)
    whole = events(mapping, body, **EVERYTHING[mapping])
    *holders, last = place.split(".")
    reduce(dict.__getitem__, holders, body)[last] = wrong
    assert [each.name for each in events(mapping, body, **EVERYTHING[mapping])] == [each.name for each in whole]


@pytest.mark.parametrize(
    ("mapping", "name"), [("github/events", "run-again-failure.json"), ("gitlab/events", "pipeline-named.json")]
)
def test_a_commit_without_a_name_is_in_no_chain_of_one(mapping: str, name: str) -> None:
    """The run is told, in the chain that it begins."""
    body = golden(mapping, name)
    if "workflow_run" in body:
        body["workflow_run"]["head_sha"] = ""
    else:
        body["object_attributes"]["sha"] = ""
    assert events(mapping, body, **EVERYTHING[mapping])


def test_what_the_host_refused_to_merge_ends_once_more() -> None:
    """Zuul said of the changes that they succeeded, before it tried: two occurrences, of which one is a failure."""
    tested, refused = (events(ZUUL, golden(ZUUL, f"gate-{name}.json")) for name in ("of-two-changes", "refused"))
    assert [found[0].content["outcome"] for found in (tested, refused)] == ["success", "failure"]
    assert tested[0].subject_id == refused[0].subject_id
    assert tested[0].id != refused[0].id
    assert [each.id for each in tested[1:]] == [each.id for each in refused[1:]]


@pytest.mark.parametrize(
    ("mapping", "first", "again"),
    [
        (CIRCLECI, "workflow-success.json", "workflow-rerun.json"),
        (TRAVIS, "passed.json", "restarted.json"),
        (BUILDKITE, "failed.json", "failed-then-retried-and-passed.json"),
        (DRONE, "created.json", "restarted.json"),
        (ZUUL, "success.json", "retried.json"),
    ],
)
def test_what_is_run_again_is_another_occurrence(mapping: str, first: str, again: str) -> None:
    """No id of the one is one of the other, and both are in one chain."""
    one, other = (events(mapping, golden(mapping, name), **EVERYTHING[mapping]) for name in (first, again))
    assert not {each.id for each in one} & {each.id for each in other}
    assert {each.chain_id for each in one} == {each.chain_id for each in other}


@pytest.mark.parametrize(
    ("mapping", "name"),
    [
        (CIRCLECI, "workflow-of-a-fork.json"),
        (TRAVIS, "pull-request.json"),
        (BUILDKITE, "pull-request-of-a-fork.json"),
        (DRONE, "pull-request-of-a-fork.json"),
        (ZUUL, "success.json"),
    ],
)
def test_what_a_change_is_for_is_not_the_branch_that_was_built(mapping: str, name: str) -> None:
    """Who deploys a green `main` must not deploy what somebody proposes for it."""
    found = events(mapping, golden(mapping, name))
    assert found
    assert all("branch" not in (each.custom_data or {})["scm"] for each in found)


@pytest.mark.parametrize(
    ("mapping", "name", "holder", "member"),
    [
        (CIRCLECI, "workflow-success.json", "workflow", "status"),
        (BUILDKITE, "passed.json", "build", "state"),
        (ZUUL, "disabled.json", "buildset", "result"),
    ],
)
def test_a_word_that_is_new_has_no_outcome(mapping: str, name: str, holder: str, member: str) -> None:
    """And loses no end; what it was is told."""
    body = golden(mapping, name)
    body[holder][member] = "a_word_of_next_year"
    [end] = [each for each in events(mapping, body) if each.name == "pipelinerun.finished"]
    assert "outcome" not in end.content
    assert end.custom_data is not None
    assert end.custom_data["result"] == "a_word_of_next_year"


def test_an_end_is_one_however_its_time_is_written() -> None:
    """Buildkite's REST API and webhooks have it in ISO 8601, EventBridge in whole seconds; each says the same end."""
    body = golden(BUILDKITE, "passed.json")
    told = event(BUILDKITE, body).id
    body["build"]["finished_at"] = body["build"]["finished_at"].replace(" UTC", ".874Z").replace(" ", "T")
    assert event(BUILDKITE, body).id == told


@pytest.mark.parametrize(("mapping", "name"), [(TRAVIS, "received.json"), (DRONE, "created.json")])
def test_a_state_that_is_new_is_told_to_be_unknown(mapping: str, name: str) -> None:
    """Where nothing else says what was told."""
    body = golden(mapping, name)
    body.get("build", body)["state" if mapping == TRAVIS else "status"] = "a_word_of_next_year"
    found = translation(mapping, body)
    assert (found.events, found.unmatched) == ((), 1)


def test_zuul_without_a_gerrit_is_told_all_the_same() -> None:
    """A run is then in the chain of its commit, and of no change."""
    found = events(ZUUL, golden(ZUUL, "success.json"))
    assert {each.name for each in found} == {"pipelinerun.finished", "taskrun.started", "taskrun.finished"}
    assert all(targets(each, "RELATION") == [] for each in found)


_TILL, _MESSAGE = "https://github.com/acme/till", "Round to cents (#31)"
_CODE = "pipelinesascode.tekton.dev"
MERGES: list[tuple[str, str, dict[tuple[str, ...], Any]]] = [
    (
        CIRCLECI,
        "workflow-success.json",
        {
            ("pipeline", "vcs", "target_repository_url"): _TILL,
            ("pipeline", "vcs", "commit", "subject"): _MESSAGE,
        },
    ),
    (TRAVIS, "started.json", {("compare_url",): f"{_TILL}/compare/a...b", ("message",): _MESSAGE}),
    (
        BUILDKITE,
        "running.json",
        {("pipeline", "repository"): "git@github.com:acme/till", ("build", "message"): _MESSAGE},
    ),
    (DRONE, "running.json", {("repo", "git_http_url"): f"{_TILL}.git", ("build", "message"): _MESSAGE}),
    (
        "tekton/run",
        "as-code-started.http",
        {
            ("pipelineRun", "metadata", "annotations", f"{_CODE}/repo-url"): _TILL,
            ("pipelineRun", "metadata", "annotations", f"{_CODE}/sha-title"): _MESSAGE,
        },
    ),
    (
        "azure/devops",
        "build-succeeded.json",
        {("resource", "repository", "url"): _TILL, ("resource", "triggerInfo", "ci.message"): _MESSAGE},
    ),
]


@pytest.mark.parametrize(("mapping", "example", "changes"), MERGES, ids=[mapping for mapping, *_ in MERGES])
def test_what_is_built_of_a_merge_follows_the_merge(
    mapping: str, example: str, changes: dict[tuple[str, ...], Any]
) -> None:
    """By what the code's host wrote into the message, and with the id that its own mapping gives the merge."""
    merged = event("github/events", golden("github/events", "request-merged.json"))
    [each] = sent(find(mapping).with_name("inputs") / example)
    body = orjson.loads(each.body)
    for (*path, last), value in changes.items():
        holder = body
        for name in path:
            holder = holder[name]
        holder[last] = value
    found = events(mapping, body, each.headers, code=instance("github/events"))
    [run] = [one for one in found if one.name == "pipelinerun.started"]
    assert targets(run, "RELATION") == [merged.id]


@pytest.mark.parametrize("written", ["main", "origin/main", "refs/remotes/origin/main", "refs/heads/main"])
@pytest.mark.parametrize(
    ("mapping", "example", "place"),
    [("jenkins/notification", "finished.json", ("build", "scm")), ("jenkins/build", "job-finished.json", ("scm",))],
)
def test_a_branch_is_called_as_its_repository_does(
    mapping: str, example: str, place: Sequence[str], written: str
) -> None:
    """And not as the workspace, whose remote Jenkins calls origin, or as the API, which says where that keeps it."""
    body = golden(mapping, example)
    holder = body
    for name in place:
        holder = holder[name]
    holder["branch"] = written
    [run] = [each for each in events(mapping, body) if each.name == "pipelinerun.finished"]
    assert run.custom_data is not None
    assert run.custom_data["scm"]["branch"] == "main"
