"""One pipeline as six tools tell of it: what each of them sends of a run, made of the examples of its mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from adapters.goldens import sent
from adapters.mapping.library import find
from adapters.model import CDEvent
from tests.mappings.support import events

MERGED = datetime(2026, 5, 4, 11, tzinfo=UTC)
BEGAN, ENDED = MERGED + timedelta(seconds=10), MERGED + timedelta(seconds=490)


class Merge(NamedTuple):
    """A change that was merged at MERGED, as its host tells of it: a mapping and examples of its beginning and end."""

    mapping: str
    examples: tuple[str, str]
    repository: str
    commit: str

    def told(self) -> Iterator[CDEvent]:
        """What the host tells of it."""
        for name in self.examples:
            yield from _events(self.mapping, name, {})


class Run(NamedTuple):
    """A run of the pipeline: of a branch, or of a fork's `main`, for which there is a pull request."""

    merge: Merge
    outcome: str = "success"
    branch: str = "main"
    of_fork: bool = False


GITHUB = Merge(
    "github/events",
    ("request-opened.json", "request-merged.json"),
    "https://github.com/acme/till",
    "14091a9f2461267ee7e02525b4f1f2923f1c9849",
)
GITLAB = Merge(
    "gitlab/events",
    ("request-opened.json", "request-merged.json"),
    "https://gitlab.example.com/pay/till",
    "9f343d9b5455004a3021b3422d69709422cb98ac",
)


def jenkins(run: Run) -> Iterator[CDEvent]:
    """Its Notification plugin; of a multibranch job, pull requests are branches of their own."""
    word = {"success": "SUCCESS", "failure": "FAILURE", "cancel": "ABORTED"}[run.outcome]
    branch = "PR-31" if run.of_fork else f"origin/{run.branch}"
    scm = {"url": f"{run.merge.repository}.git", "branch": branch, "commit": run.merge.commit}
    yield from _events("jenkins/notification", "started.json", {"build.timestamp": _milliseconds(BEGAN)})
    ended = {
        "build.timestamp": _milliseconds(ENDED),
        "build.status": word,
        "build.scm": scm,
        "build.test_summary": None,
    }
    yield from _events("jenkins/notification", "finished.json", ended)


def github_actions(run: Run) -> Iterator[CDEvent]:
    """The webhook event `workflow_run`."""
    word = {"success": "success", "failure": "failure", "cancel": "cancelled"}[run.outcome]
    example = "run-of-fork-success.json" if run.of_fork else "run-of-main.json"
    of_commit = {"workflow_run.head_branch": run.branch, "workflow_run.head_sha": run.merge.commit}
    began = of_commit | {
        "action": "in_progress",
        "workflow_run.conclusion": None,
        "workflow_run.updated_at": _iso(BEGAN),
    }
    yield from _events("github/events", example, began)
    ended = of_commit | {"workflow_run.conclusion": word, "workflow_run.updated_at": _iso(ENDED)}
    yield from _events("github/events", example, ended)


def gitlab_ci(run: Run) -> Iterator[CDEvent]:
    """Pipeline events."""
    word = {"success": "success", "failure": "failed", "cancel": "canceled"}[run.outcome]
    example = "pipeline-success.json" if run.of_fork else "pipeline-of-main.json"
    item = "object_attributes"
    of_commit = {f"{item}.ref": run.branch, f"{item}.sha": run.merge.commit, f"{item}.created_at": f"{BEGAN:%F %T} UTC"}
    running: dict[str, Any] = {
        f"{item}.status": "running",
        f"{item}.finished_at": None,
        f"{item}.queued_duration": 0,
        "builds": [],
    }
    yield from _events("gitlab/events", example, of_commit | running)
    jobs = [{"status": word, "allow_failure": False, "failure_reason": "script_failure"}]
    ended = {f"{item}.status": word, f"{item}.finished_at": f"{ENDED:%F %T} UTC", "builds": jobs}
    yield from _events("gitlab/events", example, of_commit | ended)


def circleci(run: Run) -> Iterator[CDEvent]:
    """The webhook event `workflow-completed`, which is all that it sends of a workflow."""
    word = {"success": "success", "failure": "failed", "cancel": "canceled"}[run.outcome]
    vcs = {
        "target_repository_url": run.merge.repository,
        "revision": run.merge.commit,
        "branch": "pull/31" if run.of_fork else run.branch,
    }
    times = {"workflow.created_at": _iso(BEGAN), "workflow.stopped_at": _iso(ENDED)}
    yield from _events(
        "circleci/webhook", "workflow-success.json", {"pipeline.vcs": vcs, "workflow.status": word} | times
    )


def travis(run: Run) -> Iterator[CDEvent]:
    """Its notifications, when a build starts and ends."""
    state, word = {
        "success": ("passed", "Passed"),
        "failure": ("failed", "Broken"),
        "cancel": ("canceled", "Canceled"),
    }[run.outcome]
    request = {"pull_request": True, "pull_request_number": 31, "head_commit": run.merge.commit}
    of_commit = {
        "commit": run.merge.commit,
        "branch": run.branch,
        "compare_url": f"{run.merge.repository}/compare/a...b",
        "started_at": _iso(BEGAN),
        "matrix": [],
    } | (request if run.of_fork else {})
    yield from _events("travis/webhook", "started.json", of_commit)
    ended = {"state": state, "result_message": word, "finished_at": _iso(ENDED)}
    yield from _events("travis/webhook", "passed.json", of_commit | ended)


def tekton(run: Run) -> Iterator[CDEvent]:
    """Its CloudEvents of a PipelineRun of Pipelines as Code."""
    status, reason = {
        "success": ("True", "Succeeded"),
        "failure": ("False", "Failed"),
        "cancel": ("False", "Cancelled"),
    }[run.outcome]
    said = {"repo-url": run.merge.repository, "sha": run.merge.commit, "branch": run.branch}
    said |= {"pull-request": "31"} if run.of_fork else {}
    annotations = {f"pipelinesascode.tekton.dev/{name}": value for name, value in said.items()}
    begun = {"pipelineRun.metadata.annotations": annotations, "pipelineRun.status.startTime": _iso(BEGAN)}
    yield from _events("tekton/run", "as-code-started.http", begun)
    condition = {"type": "Succeeded", "status": status, "reason": reason, "message": "All is told."}
    ended = {"pipelineRun.status.completionTime": _iso(ENDED), "pipelineRun.status.conditions": [condition]}
    yield from _events("tekton/run", "as-code-finished.http", begun | ended)


TOOLS: Mapping[str, tuple[Merge, Callable[[Run], Iterator[CDEvent]]]] = {
    "Jenkins": (GITHUB, jenkins),
    "GitHub Actions": (GITHUB, github_actions),
    "GitLab CI": (GITLAB, gitlab_ci),
    "CircleCI": (GITHUB, circleci),
    "Travis CI": (GITHUB, travis),
    "Tekton": (GITHUB, tekton),
}
"""By name the host of the code, and what tells of a run."""


def _events(mapping: str, example: str, changes: Mapping[str, Any]) -> tuple[CDEvent, ...]:
    """What an example of a mapping becomes, where it says these things at these places."""
    [each] = sent(find(mapping).with_name("inputs") / example)
    body = orjson.loads(each.body)
    for place, value in changes.items():
        *path, last = place.split(".")
        holder = body
        for name in path:
            holder = holder[name]
        holder[last] = value
    return events(mapping, body, each.headers)


def _iso(moment: datetime) -> str:
    return f"{moment:%FT%TZ}"


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
