"""Routes that end in an action: once for each event, with the same retries and refusals as any sink."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
import responses
from pydantic import ValidationError

from adapters.cdevents.cloudevents import cdevents_message
from adapters.errors import PermanentError, TransientError
from adapters.model import Encoding, Format, Message
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


def message(number: int = 1, **content: Any) -> Message:
    """A run that has finished."""
    context = {
        "specversion": "0.5.1",
        "id": f"00000000-0000-5000-8000-{number:012}",
        "source": f"{JENKINS}/",
        "type": "dev.cdevents.pipelinerun.finished.0.3.0",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    subject = {"id": f"job/shop/{number}/", "content": {"outcome": "success", **content}}
    document = {"context": context, "subject": subject, "customData": {"change": "team%2Fapp~7", "number": number}}
    return cdevents_message(document, Encoding.STRUCTURED, {})


def call(tmp_path: Path, **settings: Any) -> ActionSink:
    """A sink that calls an endpoint."""
    body = {"run": "${subject.id}", "outcome": "${subject.content.outcome}", "link?": "${subject.content.uri}"}
    given = {"url": ENDPOINT + "/runs/${customData.number}", "body": body, **settings}
    return http_call(HttpCallSettings(type="http-call", done=tmp_path / "done.db", **given))


def job(tmp_path: Path) -> ActionSink:
    """A sink that starts a job."""
    parameters = {"RUN": "${subject.id}", "NUMBER": "${customData.number}"}
    given: Given = {"url": JENKINS, "auth": AUTH["basic"], "job": "team/deploy", "parameters": parameters}
    return jenkins_job(JenkinsJobSettings(type="jenkins-job", done=tmp_path / "done.db", **given))


def review(tmp_path: Path) -> ActionSink:
    """A sink that votes on a change."""
    given: Given = {
        "url": GERRIT,
        "auth": AUTH["basic"],
        "change": "${customData.change}",
        "message": "${subject.id} ended with ${subject.content.outcome}",
        "tables": {"vote": {"success": "+1", "failure": "-1"}},
        "labels": {"Verified": '${subject.content.outcome | table(vote, "")}'},
    }
    return gerrit_review(GerritReviewSettings(type="gerrit-review", done=tmp_path / "done.db", **given))


@pytest.fixture
def server() -> Any:
    """Every HTTP request of a test."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


async def test_endpoint_is_called_with_a_body_made_of_the_event(tmp_path: Path, server: responses.RequestsMock) -> None:
    """URL and body are shaped by the mapping language, and the event's id goes along."""
    server.post(f"{ENDPOINT}/runs/1", status=204)
    await call(tmp_path, auth={"bearer": "token"}).publish([message()])
    request = server.calls[0].request
    assert json.loads(request.body or b"") == {"run": "job/shop/1/", "outcome": "success"}
    assert request.headers["Idempotency-Key"] == message().attributes["id"]
    assert request.headers["Authorization"] == "Bearer token"


async def test_event_is_acted_on_once_even_after_a_restart(tmp_path: Path, server: responses.RequestsMock) -> None:
    """An id that was acted on is passed over, by this process and by the next one."""
    server.post(f"{ENDPOINT}/runs/1", status=200)
    sink = call(tmp_path)
    await sink.publish([message(), message()])
    await call(tmp_path).publish([message()])
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(503, TransientError), (429, TransientError), (401, TransientError), (422, PermanentError)]
)
async def test_refusal_says_whether_it_is_for_ever(
    tmp_path: Path, server: responses.RequestsMock, status: int, error: type[Exception]
) -> None:
    """What was refused is not noted as done; the messages before it are."""
    server.post(f"{ENDPOINT}/runs/1", status=200)
    server.post(f"{ENDPOINT}/runs/2", status=status, headers={"Retry-After": "7"})
    sink = call(tmp_path)
    with pytest.raises(error) as raised:
        await sink.publish([message(1), message(2)])
    assert raised.value.delivered == 1  # type: ignore[attr-defined]  # of every DeliveryError
    if isinstance(raised.value, TransientError):
        assert raised.value.retry_after == 7
    server.replace(responses.POST, f"{ENDPOINT}/runs/2", status=200)
    await sink.publish([message(1), message(2)])
    assert [call.request.url for call in server.calls].count(f"{ENDPOINT}/runs/1") == 1


async def test_job_is_started_with_parameters(tmp_path: Path, server: responses.RequestsMock) -> None:
    """`buildWithParameters` of a job in a folder, with the parameters as texts."""
    server.get(f"{JENKINS}/crumbIssuer/api/json", status=404)
    url = f"{JENKINS}/job/team/job/deploy/buildWithParameters"
    server.post(url, status=201, headers={"Location": f"{JENKINS}/queue/item/5/"})
    await job(tmp_path).publish([message()])
    sent = server.calls[-1].request
    assert sorted(str(sent.body).split("&") if sent.body else (sent.url or "").partition("?")[2].split("&")) == [
        "NUMBER=1",
        "RUN=job%2Fshop%2F1%2F",
    ]


@pytest.mark.parametrize(("status", "error"), [(404, PermanentError), (500, TransientError), (403, TransientError)])
async def test_job_that_cannot_be_started(
    tmp_path: Path, server: responses.RequestsMock, status: int, error: type[Exception]
) -> None:
    """No such job is for ever; a Jenkins in trouble is for later; neither message has the password."""
    server.get(f"{JENKINS}/crumbIssuer/api/json", status=404)
    server.post(f"{JENKINS}/job/team/job/deploy/buildWithParameters", status=status)
    with pytest.raises(error) as raised:
        await job(tmp_path).publish([message()])
    assert "secret-token" not in str(raised.value)


async def test_review_is_posted_with_a_vote(tmp_path: Path, server: responses.RequestsMock) -> None:
    """Message and vote follow from the event; an outcome that the table has no vote for gets none."""
    url = f"{GERRIT}/a/changes/team%2Fapp~7/revisions/current/review"
    server.post(url, body=")]}'\n{}", content_type="application/json")
    await review(tmp_path).publish([message(1), message(2, outcome="cancel")])
    first, second = (orjson.loads(call.request.body or b"") for call in server.calls)
    assert (first["message"], first["labels"]) == ("job/shop/1/ ended with success", {"Verified": "+1"})
    assert not second.get("labels")


@pytest.mark.parametrize(("status", "error"), [(404, PermanentError), (409, PermanentError), (401, TransientError)])
async def test_review_that_is_refused(
    tmp_path: Path, server: responses.RequestsMock, status: int, error: type[Exception]
) -> None:
    """A change that is not there is for ever; credentials can be mended."""
    server.post(f"{GERRIT}/a/changes/team%2Fapp~7/revisions/current/review", status=status)
    with pytest.raises(error):
        await review(tmp_path).publish([message()])


async def test_event_without_what_is_needed_is_refused(tmp_path: Path) -> None:
    """A template that finds nothing is the event's fault, and parks it."""
    with pytest.raises(PermanentError, match=r"subject\.content\.nope is missing"):
        await call(tmp_path, body={"x": "${subject.content.nope}"}).publish([message()])


async def test_legacy_events_are_refused(tmp_path: Path) -> None:
    """An action is for CDEvents: bytes of a tool are no event that could be acted on."""
    legacy = Message(Format.LEGACY, Encoding.RAW, {"id": "x"}, b"{}")
    with pytest.raises(PermanentError, match="takes CDEvents"):
        await call(tmp_path).publish([legacy])


def test_wrong_template_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    """A misspelt filter or table is told when the configuration loads."""
    with pytest.raises(ValidationError, match="there is no filter 'lowr'"):
        call(tmp_path, body={"x": "${subject.id | lowr}"})
