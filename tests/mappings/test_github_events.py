"""What the mapping of GitHub's workflows, deployments and pull requests promises."""

from __future__ import annotations

import pytest

from tests.mappings.support import event, events, golden, targets

GITHUB = "github/events"


def test_a_run_that_is_run_again_is_another_run() -> None:
    """Another attempt has other ids and another subject, and says which one was before it."""
    first, again = (event(GITHUB, golden(GITHUB, f"run-{name}.json")) for name in ("requested", "again-requested"))
    assert first.subject_id != again.subject_id
    assert first.id in targets(again, "RELATION")
    failed = event(GITHUB, golden(GITHUB, "run-again-failure.json"))
    assert (failed.subject_id, failed.content["outcome"]) == (again.subject_id, "failure")


@pytest.mark.parametrize("changed", ["updated_at", "html_url", "name"])
def test_a_run_is_named_by_its_number_and_attempt_alone(changed: str) -> None:
    """What GitHub sends again is the same event, whatever else has become of the run."""
    body = golden(GITHUB, "run-success.json")
    told = event(GITHUB, body).id
    body["workflow_run"][changed] = "2026-05-04T10:15:43Z"
    assert event(GITHUB, body).id == told


def test_what_waits_for_an_approval_ends_once_more() -> None:
    """GitHub tells of one attempt twice that it ended: the second end is not lost as the first one's duplicate."""
    awaited, ended = (
        event(GITHUB, golden(GITHUB, f"run-of-fork-{name}.json")) for name in ("action-required", "success")
    )
    assert (awaited.content["outcome"], ended.content["outcome"]) == ("error", "success")
    assert awaited.id != ended.id


def test_a_branch_of_a_fork_is_no_branch_of_the_repository() -> None:
    """Whoever deploys what is green on `main` must not deploy what anybody has on a `main` of their own."""
    [told] = events(GITHUB, golden(GITHUB, "run-of-fork-success.json"))
    assert told.custom_data is not None
    assert told.custom_data["scm"]["branch"] == "joe:main"
    for name in ("job-in-progress", "job-failure"):
        [job] = events(GITHUB, golden(GITHUB, f"{name}.json"))
        assert job.custom_data is not None
        assert "branch" not in job.custom_data["scm"]


@pytest.mark.parametrize("name", ["run-of-main", "run-of-squashed", "run-of-merge-queue"])
def test_all_of_a_commit_is_in_one_chain(name: str) -> None:
    """The run that built it, and the deployment of it, whoever asked for that."""
    chains = {
        event(GITHUB, golden(GITHUB, f"{each}.json")).chain_id
        for each in (name, "deployment-success", "deployment-of-image")
    }
    assert len(chains) == 1


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("run-requested", "opened"),
        ("run-again-requested", "opened"),
        ("run-of-merge-queue", "opened"),
        ("run-of-main", "merged"),
        ("run-of-squashed", "merged"),
    ],
)
def test_a_run_is_linked_to_its_pull_request(name: str, change: str) -> None:
    """By the list of them, the branch of the merge queue, or the message of the commit that merged it."""
    body = golden(GITHUB, f"{name}.json")
    body["action"] = "requested"
    assert event(GITHUB, golden(GITHUB, f"request-{change}.json")).id in targets(event(GITHUB, body), "RELATION")


@pytest.mark.parametrize(
    "name", ["run-of-fork-success", "run-of-two-pull-requests", "run-scheduled", "run-of-dependabot"]
)
def test_no_pull_request_is_guessed(name: str) -> None:
    """Where there may be several, or none."""
    body = golden(GITHUB, f"{name}.json")
    body["action"] = "requested"
    assert targets(event(GITHUB, body), "RELATION") == []


def test_a_pull_request_in_another_repository_is_not_meant() -> None:
    """A run in a fork names the pull request that is open in the repository that it is a fork of."""
    body = golden(GITHUB, "run-requested.json")
    body["workflow_run"]["pull_requests"][0]["base"]["repo"]["id"] = 1
    assert targets(event(GITHUB, body), "RELATION") == []


@pytest.mark.parametrize(
    ("conclusion", "outcome"),
    [
        ("success", "success"),
        ("neutral", "success"),
        ("failure", "failure"),
        ("startup_failure", "error"),
        ("timed_out", "error"),
        ("action_required", "error"),
        ("cancelled", "cancel"),
        ("stale", "cancel"),
        ("postponed", None),
        (None, None),
    ],
)
def test_outcomes(conclusion: str | None, outcome: str | None) -> None:
    """A run and a job end by the same words; one that nobody knows yet is no outcome, and loses no event."""
    for name, member in (("run-success", "workflow_run"), ("job-failure", "workflow_job")):
        body = golden(GITHUB, f"{name}.json")
        body[member]["conclusion"] = conclusion
        assert event(GITHUB, body).content.get("outcome") == outcome


def test_what_is_skipped_never_ends() -> None:
    """A job that was skipped ends before it starts."""
    for name, member in (("run-success", "workflow_run"), ("job-failure", "workflow_job")):
        body = golden(GITHUB, f"{name}.json")
        body[member]["conclusion"] = "skipped"
        assert events(GITHUB, body) == ()


def test_the_header_decides_what_an_event_is() -> None:
    """A star that is taken away looks like a repository that is deleted."""
    body = {
        key: value for key, value in golden(GITHUB, "star-deleted-without-header.json").items() if key != "starred_at"
    }
    assert [each.name for each in events(GITHUB, body)] == ["repository.deleted"]
    assert events(GITHUB, body, {"x-github-event": "star"}) == ()
