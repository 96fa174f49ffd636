"""What spans are called and say, in the words of OpenTelemetry's semantic conventions, 1.44.0. Pure.

Of https://opentelemetry.io/docs/specs/semconv: `cicd` (spans and resource), and of the registry `vcs`, `test`,
`artifact`, `deployment`, `cloudevents`. What none of them names is under `cdevents.`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeGuard
from urllib.parse import urlsplit

from adapters.sinks.otlp.told import Told

SCHEMA = "https://opentelemetry.io/schemas/1.44.0"

Attributes = Mapping[str, str]

_RESULTS = {"cancel": "cancellation"}
_SUITE_STATUS = {"error": "failure", "skip": "skipped", "cancel": "aborted", "timeout": "timed_out"}
_CASE_STATUS = {"success": "pass", "failure": "fail", "error": "fail"}
_CHANGE_STATE = {"merged": "merged", "abandoned": "closed"}
_DEPLOYED = frozenset({"deployed", "upgraded", "rolledback"})
_FAILED = frozenset({"failure", "error"})
_LONGEST = 1024
"""Characters of a reason."""


def name(told: Told) -> str:
    """What a span is called: of a run, after what ran; of anything else, the event."""
    row = told.row
    match row.subject:
        case "pipelinerun":
            return f"RUN {row.pipeline}" if row.pipeline else "RUN"
        case "taskrun" if row.task:
            return row.task
    called = {"testsuiterun": row.suite, "testcaserun": row.test}.get(row.subject)
    return f"{row.subject} {called}" if called else row.subject


def resource(told: Told) -> Attributes:
    """What it has in common with others: the tool, the run of a pipeline, the revision in version control."""
    row, is_run = told.row, told.row.subject == "pipelinerun"
    return _known(
        {
            "service.name": _tool(row.source),
            "cicd.pipeline.name": row.pipeline,
            "cicd.pipeline.run.id": row.subject_id if is_run else row.run if row.subject == "taskrun" else None,
            "cicd.pipeline.run.url.full": row.uri if is_run else None,
            **_repository(told),
            "vcs.ref.head.revision": told.commits[0] if told.commits else None,
            **_branch(told),
        }
    )


def attributes(told: Told) -> Attributes:
    """What else it says."""
    row = told.row
    return _known(
        {
            **dict(_of_subject(told)),
            "error.type": failed(told),
            "deployment.environment.name": row.environment,
            "artifact.purl": row.artifact,
            "artifact.hash": row.digest and row.digest.partition(":")[2],
            "cdevents.service": row.service,
            "cdevents.team": row.team,
            "cloudevents.event_id": row.id,
            "cloudevents.event_source": row.source,
            "cloudevents.event_type": row.type,
            "cloudevents.event_subject": row.subject_id,
        }
    )


def failed(told: Told) -> str | None:
    """How it failed: `failure` or `error`; None where it did not, or does not say."""
    if told.row.outcome in _FAILED:
        return told.row.outcome
    return "failure" if told.row.predicate == "failed" else None


def reason(told: Told) -> str:
    """Why it failed, in the words of the tool; empty where it does not say."""
    said = (told.content.get(each) for each in ("errors", "reason", "message", "description"))
    return next((each for each in said if isinstance(each, str)), "")[:_LONGEST]


def _of_subject(told: Told) -> Iterator[tuple[str, str | None]]:
    row, outcome = told.row, told.row.outcome
    match row.subject:
        case "pipelinerun":
            yield "cicd.pipeline.action.name", "RUN"
            yield "cicd.pipeline.result", _RESULTS.get(outcome or "", outcome)
        case "taskrun":
            yield "cicd.pipeline.task.name", row.task
            yield "cicd.pipeline.task.run.id", row.subject_id
            yield "cicd.pipeline.task.run.url.full", row.uri
            yield "cicd.pipeline.task.run.result", _RESULTS.get(outcome or "", outcome)
        case "testsuiterun":
            yield "test.suite.name", row.suite
            yield "test.suite.run.status", _SUITE_STATUS.get(outcome or "", outcome)
        case "testcaserun":
            yield "test.case.name", row.test
            yield (
                "test.case.result.status",
                "skip" if row.predicate == "skipped" else _CASE_STATUS.get(outcome or "", outcome),
            )
        case "change":
            yield "vcs.change.id", _change(told)
            yield "vcs.change.state", _CHANGE_STATE.get(row.predicate, "open")
        case "service":
            yield "deployment.name", row.service
            yield "deployment.status", "succeeded" if row.predicate in _DEPLOYED else None
        case _ if row.predicate == "failed" and row.environment:
            yield "deployment.status", "failed"
    if row.subject not in {"pipelinerun", "taskrun"}:
        yield "url.full", row.uri


def _tool(source: str) -> str:
    """Whose service it is: the tool's host, with a path where it has one."""
    parts = urlsplit(source)
    return f"{parts.netloc}{parts.path}".strip("/") or source


def _change(told: Told) -> str | None:
    change = told.custom.get("change")
    number = change.get("number") if isinstance(change, Mapping) else None
    return str(number) if isinstance(number, int | str) and number else told.row.change


def _repository(told: Told) -> dict[str, str | None]:
    named = told.row.repository
    possible = (told.custom.get("repository"), named, told.row.uri if told.row.subject == "repository" else None)
    url = next((each for each in possible if _is_url(each)), None)
    plain = (named or url or "").removesuffix(".git").rstrip("/")
    return {
        "vcs.repository.name": plain.rpartition("/")[2],
        "vcs.repository.url.full": url and url.removesuffix(".git"),
    }


def _is_url(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and text.startswith(("https://", "http://"))


def _branch(told: Told) -> dict[str, str | None]:
    branch = told.row.branch
    if told.row.subject == "change":
        return {"vcs.ref.base.name": branch}
    return {"vcs.ref.head.name": branch, "vcs.ref.type": branch and "branch"}


def _known(found: Mapping[str, str | None]) -> Attributes:
    return {name: value for name, value in found.items() if value}
