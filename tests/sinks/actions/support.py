"""One action of each kind, and an event to act on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters.cdevents.cloudevents import cdevents_message
from adapters.model import Encoding, Message
from adapters.sinks.actions.gerrit_review import gerrit_review
from adapters.sinks.actions.http_call import http_call
from adapters.sinks.actions.jenkins_job import jenkins_job
from adapters.sinks.actions.settings import GerritReviewSettings, HttpCallSettings, JenkinsJobSettings
from adapters.sinks.actions.sink import ActionSink

AUTH = {"basic": {"username": "adapter", "password": "secret-token"}}
GERRIT = "https://gerrit.example.com"
JENKINS = "https://jenkins.example.com"
ENDPOINT = "https://deploy.example.com"
Given = dict[str, Any]


def message(number: int = 1, custom_data: Given | None = None, **content: Any) -> Message:
    """A run that has finished."""
    context = {
        "specversion": "0.5.1",
        "id": f"00000000-0000-5000-8000-{number:012}",
        "source": f"{JENKINS}/",
        "type": "dev.cdevents.pipelinerun.finished.0.3.0",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    subject = {"id": f"job/shop/{number}/", "content": {"outcome": "success", **content}}
    custom = {"change": "team%2Fapp~7", "number": number, **(custom_data or {})}
    document = {"context": context, "subject": subject, "customData": custom}
    return cdevents_message(document, Encoding.STRUCTURED, {})


def call(tmp_path: Path, **settings: Any) -> ActionSink[Any]:
    """A sink that calls an endpoint."""
    body = {"run": "${subject.id}", "outcome": "${subject.content.outcome}", "link?": "${subject.content.uri}"}
    given = {"url": ENDPOINT + "/runs/${customData.number}", "body": body, **settings}
    return http_call(HttpCallSettings(type="http-call", done=tmp_path / "done.db", **given))


def job(tmp_path: Path, **settings: Any) -> ActionSink[Any]:
    """A sink that starts a job."""
    parameters = {"RUN": "${subject.id}", "NUMBER": "${customData.number}"}
    given: Given = {"url": JENKINS, "auth": AUTH["basic"], "job": "team/deploy", "parameters": parameters, **settings}
    return jenkins_job(JenkinsJobSettings(type="jenkins-job", done=tmp_path / "done.db", **given))


def review(tmp_path: Path, **settings: Any) -> ActionSink[Any]:
    """A sink that votes on a change."""
    given: Given = {
        "url": GERRIT,
        "auth": AUTH["basic"],
        "change": "${customData.change}",
        "message": "${subject.id} ended with ${subject.content.outcome}",
        "tables": {"vote": {"success": "+1", "failure": "-1"}},
        "labels": {"Verified": '${subject.content.outcome | table(vote, "")}'},
        **settings,
    }
    return gerrit_review(GerritReviewSettings(type="gerrit-review", done=tmp_path / "done.db", **given))
