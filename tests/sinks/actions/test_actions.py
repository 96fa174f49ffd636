"""Routes that end in an action: once for each event, with the same retries and refusals as any sink."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import orjson
import pytest
import responses
from pydantic import ValidationError

from adapters.errors import PermanentError, TransientError
from adapters.model import Encoding, Format, Message
from tests.sinks.actions.support import ENDPOINT, GERRIT, JENKINS, call, job, message, review


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


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((status, PermanentError) for status in (400, 403, 404, 409)),
        *((status, TransientError) for status in (401, 500, 503)),
    ],
)
async def test_job_that_cannot_be_started(
    tmp_path: Path, server: responses.RequestsMock, status: int, error: type[Exception]
) -> None:
    """One that is not there, off, or takes no parameters is for ever; a Jenkins in trouble is for later."""
    server.get(f"{JENKINS}/crumbIssuer/api/json", status=404)
    server.post(f"{JENKINS}/job/team/job/deploy/buildWithParameters", status=status)
    with pytest.raises(error) as raised:
        await job(tmp_path).publish([message()])
    assert "secret-token" not in str(raised.value)


async def test_job_of_an_old_jenkins_is_started_once(tmp_path: Path, server: responses.RequestsMock) -> None:
    """One that answers with the job's address, and not with a number in the queue, has started it too."""
    server.get(f"{JENKINS}/crumbIssuer/api/json", status=404)
    url = f"{JENKINS}/job/team/job/deploy/buildWithParameters"
    server.post(url, status=201, headers={"Location": f"{JENKINS}/job/team/job/deploy/"})
    await job(tmp_path).publish([message()])
    await job(tmp_path).publish([message()])
    assert [call.request.method for call in server.calls].count("POST") == 1


@pytest.mark.parametrize(
    ("page", "started"), [("https://ci.example.com/job/team/job/deploy/", True), (f"{JENKINS}/login", False)]
)
async def test_a_redirect_to_the_job_says_that_it_starts(
    tmp_path: Path, server: responses.RequestsMock, page: str, *, started: bool
) -> None:
    """So do Hudson, and Jenkins before 1.519; one to any other page says nothing."""
    server.get(f"{JENKINS}/crumbIssuer/api/json", status=404)
    url = f"{JENKINS}/job/team/job/deploy/buildWithParameters"
    server.post(url, status=302, headers={"Location": page})
    if page.startswith(JENKINS):
        server.get(page, status=200, body="<html>")
    with nullcontext() if started else pytest.raises(PermanentError, match="did not say that it starts 'team/deploy'"):
        await job(tmp_path).publish([message()])


async def test_what_is_not_jenkins_has_started_nothing(tmp_path: Path, server: responses.RequestsMock) -> None:
    """A login page is for later, whatever it answers; an answer without an address is for somebody to look at."""
    page = {"body": "<html>", "content_type": "text/html"}
    server.get(f"{JENKINS}/crumbIssuer/api/json", status=200, **page)
    with pytest.raises(TransientError, match="is a login page in between"):
        await job(tmp_path).publish([message()])
    server.replace(responses.GET, f"{JENKINS}/crumbIssuer/api/json", status=404)
    server.post(f"{JENKINS}/job/team/job/deploy/buildWithParameters", status=200, **page)
    with pytest.raises(PermanentError, match="did not say that it starts 'team/deploy'"):
        await job(tmp_path).publish([message()])


async def test_redirect_is_not_followed(tmp_path: Path, server: responses.RequestsMock) -> None:
    """It would make a GET of the POST, and a success of what nobody did; the message says where to."""
    server.post(f"{ENDPOINT}/runs/1", status=302, headers={"Location": "https://login.example.com/?token=s3cret"})
    with pytest.raises(PermanentError, match=r"it redirects to https://login\.example\.com; configure the final URL$"):
        await call(tmp_path).publish([message()])
    assert len(server.calls) == 1


async def test_review_is_posted_with_a_vote(tmp_path: Path, server: responses.RequestsMock) -> None:
    """Message and vote follow from the event; an outcome that the table has no vote for gets none."""
    url = f"{GERRIT}/a/changes/team%2Fapp~7/revisions/current/review"
    server.post(url, body=")]}'\n" + '{"labels": {"Verified": 1}}', content_type="application/json")
    await review(tmp_path).publish([message(1), message(2, outcome="cancel")])
    first, second = (orjson.loads(call.request.body or b"") for call in server.calls)
    assert (first["message"], first["labels"]) == ("job/shop/1/ ended with success", {"Verified": "+1"})
    assert not second.get("labels")


@pytest.mark.parametrize(
    ("said", "settings"),
    [
        ("https://gerrit.example.com/", {}),
        ("http://gerrit.example.com", {}),
        ("https://gerrit.example.org/r/", {"instance": "https://gerrit.example.org/r"}),
    ],
)
async def test_change_of_this_gerrit_is_voted_on(
    tmp_path: Path, server: responses.RequestsMock, said: str, settings: dict[str, str]
) -> None:
    """By the action's URL, or by what it says that events call it."""
    server.post(re.compile(f"{GERRIT}/.*"), json={"labels": {"Verified": 1}})
    await review(tmp_path, **settings).publish([message(custom_data={"gerrit": said})])
    assert len(server.calls) == 1


@pytest.mark.parametrize("said", ["https://gerrit.partner.example.org/", "https://gerrit.example.com/partner/"])
async def test_change_of_another_gerrit_is_not_voted_on(
    tmp_path: Path, server: responses.RequestsMock, said: str
) -> None:
    """The same number is another change there: the event is put aside, and the reason says what to do."""
    with pytest.raises(PermanentError, match=rf"the change is of {said}, and this action votes on {GERRIT}: .*`when`"):
        await review(tmp_path).publish([message(custom_data={"gerrit": said})])
    assert len(server.calls) == 0


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((status, PermanentError) for status in (400, 403, 404, 409)),
        *((status, TransientError) for status in (401, 429, 502)),
    ],
)
async def test_review_that_is_refused(
    tmp_path: Path, server: responses.RequestsMock, status: int, error: type[Exception]
) -> None:
    """A change that is not there, or a vote that may not be, is for ever; credentials can be mended."""
    url = f"{GERRIT}/a/changes/team%2Fapp~7/revisions/current/review"
    server.post(url, status=status, body="label Verified\nis restricted")
    with pytest.raises(error, match=f"{status} to a review of team%2Fapp~7: label Verified is restricted"):
        await review(tmp_path).publish([message()])


async def test_no_event_leads_a_review_elsewhere(tmp_path: Path, server: responses.RequestsMock) -> None:
    """What an event calls a change is one segment of the path, and not a way to another endpoint."""
    server.post(re.compile(".*"), status=404)
    for change in ("team/app~7", "7/abandon?x=", "7/abandon#"):
        with pytest.raises(PermanentError):
            await review(tmp_path, change=change).publish([message()])
    assert [call.request.url for call in server.calls] == [
        f"{GERRIT}/a/changes/{change}/revisions/current/review"
        for change in ("team%2Fapp~7", "7%2Fabandon%3Fx%3D", "7%2Fabandon%23")
    ]


async def test_review_without_its_vote_is_refused(tmp_path: Path, server: responses.RequestsMock) -> None:
    """Gerrit answers 200 to a vote that it passes over; somebody has to know."""
    url = f"{GERRIT}/a/changes/team%2Fapp~7/revisions/current/review"
    server.post(url, body=")]}'\n{}", content_type="application/json")
    with pytest.raises(PermanentError, match="took the review of team%2Fapp~7, but no vote on Verified"):
        await review(tmp_path).publish([message()])


@pytest.mark.parametrize(
    "answer", [{"body": "<html>", "content_type": "text/html"}, {"body": "{", "content_type": "application/json"}]
)
async def test_what_is_not_gerrit_has_taken_no_vote(
    tmp_path: Path, server: responses.RequestsMock, answer: dict[str, str]
) -> None:
    """A login page, or a proxy's page, with a 200 is for later."""
    server.post(f"{GERRIT}/a/changes/team%2Fapp~7/revisions/current/review", **answer)
    with pytest.raises(TransientError, match="Gerrit"):
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
