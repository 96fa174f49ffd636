"""What the mapping of GitLab's pipelines, deployments and merge requests promises."""

from __future__ import annotations

import pytest

from tests.mappings.support import event, events, golden, targets

GITLAB = "gitlab/events"


def test_a_pipeline_ends_once_more_when_its_jobs_are_run_again() -> None:
    """The second end is no duplicate of the first, even with the same outcome; its start is told once."""
    body = golden(GITLAB, "pipeline-failed.json")
    first = event(GITLAB, body)
    body["object_attributes"]["finished_at"] = "2026-05-04 12:20:00 UTC"
    again = event(GITLAB, body)
    assert first.id != again.id
    assert (first.subject_id, first.links) == (again.subject_id, again.links)
    assert events(GITLAB, golden(GITLAB, "pipeline-running-again.json")) == ()


def test_a_job_that_is_run_again_is_another_job() -> None:
    """Of the same pipeline."""
    first, again = (event(GITLAB, golden(GITLAB, f"job-{name}.json")) for name in ("success", "retried"))
    assert first.id != again.id
    assert first.subject_id != again.subject_id
    assert first.content["pipelineRun"] == again.content["pipelineRun"]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("success", "success"),
        ("failed", "failure"),
        ("failed-allowed", "success"),
        ("failed-by-runner", "error"),
        ("failed-by-configuration", "error"),
        ("failed-by-downstream", "failure"),
        ("canceled", "cancel"),
    ],
)
def test_who_is_to_blame_for_a_pipeline(name: str, outcome: str) -> None:
    """One genuine failure is enough; only if there is none it is the runner's, or the configuration's."""
    assert event(GITLAB, golden(GITLAB, f"pipeline-{name}.json")).content["outcome"] == outcome


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("script_failure", "failure"),
        ("unknown_failure", "failure"),
        ("runner_system_failure", "error"),
        ("stuck_or_timeout_failure", "error"),
        ("job_execution_timeout", "error"),
        ("moon_failure", "failure"),
    ],
)
def test_who_is_to_blame_for_a_job(reason: str, outcome: str) -> None:
    """By GitLab's own word; one that nobody knows yet is a failure, as GitLab says that the job failed."""
    body = golden(GITLAB, "job-failed.json")
    body["build_failure_reason"] = reason
    assert event(GITLAB, body).content["outcome"] == outcome


@pytest.mark.parametrize("name", ["of-merged-results", "of-fork", "pending"])
def test_a_merge_request_pipeline_is_of_no_branch(name: str) -> None:
    """In a fork the source branch may be `main`; it is linked to the merge request, in whichever project it runs."""
    found = event(GITLAB, golden(GITLAB, f"pipeline-{name}.json"))
    assert found.custom_data is not None
    assert "branch" not in found.custom_data["scm"]
    assert event(GITLAB, golden(GITLAB, "request-opened.json")).id in targets(found, "RELATION")


@pytest.mark.parametrize("name", ["job-of-merge-request", "job-of-merged-results", "job-of-tag", "pipeline-of-tag"])
def test_tags_and_merge_requests_are_no_branches(name: str) -> None:
    """Whoever deploys what is green on a branch must not deploy these."""
    found = event(GITLAB, golden(GITLAB, f"{name}.json"))
    assert found.custom_data is not None
    assert "branch" not in found.custom_data["scm"]


def test_all_of_a_commit_is_in_one_chain() -> None:
    """The pipeline of what was merged, its child, its jobs and the deployment, which follows its job."""
    names = ["pipeline-of-main", "pipeline-of-child", "job-of-main-running", "deployment-success", "deployment-by-api"]
    found = {name: event(GITLAB, golden(GITLAB, f"{name}.json")) for name in names}
    assert len({each.chain_id for each in found.values()}) == 1
    assert targets(found["deployment-success"], "PATH") == [found["job-of-main-running"].id]


def test_the_commit_that_merged_a_request_leads_to_it() -> None:
    """GitLab writes the number into the message; the sha of the merge is in what is told of the merge."""
    pipeline, merged = (
        event(GITLAB, golden(GITLAB, f"{name}.json")) for name in ("pipeline-of-main-pending", "request-merged")
    )
    assert targets(pipeline, "RELATION") == [merged.id]
    assert pipeline.custom_data is not None
    assert merged.custom_data is not None
    assert pipeline.custom_data["scm"]["commit"] == merged.custom_data["newRev"]


@pytest.mark.parametrize("name", ["pipeline-of-child", "pipeline-downstream"])
def test_a_pipeline_that_another_triggered_is_linked_to_it(name: str) -> None:
    """In the same project or in another one."""
    body = golden(GITLAB, "pipeline-of-main.json")
    body["object_attributes"] |= {"status": "running", "finished_at": None}
    assert event(GITLAB, body).id in targets(event(GITLAB, golden(GITLAB, f"{name}.json")), "RELATION")
