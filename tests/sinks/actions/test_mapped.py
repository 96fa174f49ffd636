"""Actions that do what a message of an export mapping says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import responses

from adapters.errors import PermanentError
from adapters.model import NOWHERE, Encoding, Format, Message, Place
from adapters.sinks.actions.gerrit_review import gerrit_review
from adapters.sinks.actions.http_call import http_call
from adapters.sinks.actions.jenkins_job import jenkins_job
from adapters.sinks.actions.settings import GerritReviewSettings, HttpCallSettings, JenkinsJobSettings
from adapters.sinks.actions.sink import ActionSink
from tests.sinks.actions.support import AUTH, ENDPOINT, GERRIT, JENKINS
from tests.sinks.actions.support import message as cdevent

REVIEW = {"change": "shop~7", "revision": "2", "message": "it works", "labels": {"Verified": 1, "Style": ""}}


@pytest.fixture
def server() -> Any:
    """Every HTTP request of a test."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def mapped(body: Any, place: Place = NOWHERE, id_: str = "1") -> Message:
    """A message as a mapped route has it."""
    attributes = {"id": id_, "source": "https://ci.example.com/", "type": "mapped.x"}
    return Message(Format.MAPPED, Encoding.RAW, attributes, orjson.dumps(body), place)


def job(tmp_path: Path) -> ActionSink[Any]:
    """A sink that starts what it is told to."""
    given = {"url": JENKINS, "auth": AUTH["basic"], "done": tmp_path / "done.db"}
    return jenkins_job(JenkinsJobSettings.model_validate({"type": "jenkins-job", **given}))


def review(tmp_path: Path) -> ActionSink[Any]:
    """A sink that votes as it is told to."""
    given = {"url": GERRIT, "auth": AUTH["basic"], "done": tmp_path / "done.db"}
    return gerrit_review(GerritReviewSettings.model_validate({"type": "gerrit-review", **given}))


def call(tmp_path: Path) -> ActionSink[Any]:
    """A sink that calls what it is told to."""
    return http_call(HttpCallSettings(type="http-call", url=f"{ENDPOINT}/base?v=1", done=tmp_path / "done.db"))


async def test_a_job_is_started_as_the_message_says(tmp_path: Path, server: responses.RequestsMock) -> None:
    """With its parameters as texts; once for each id."""
    server.get(f"{JENKINS}/crumbIssuer/api/json", status=404)
    url = f"{JENKINS}/job/team/job/deploy/buildWithParameters"
    server.post(url, status=201, headers={"Location": f"{JENKINS}/queue/item/5/"})
    message = mapped({"job": "team/deploy", "parameters": {"RUN": 7, "DRY": True, "NAME": "a b"}})
    await job(tmp_path).publish([message, message])
    (sent,) = [each.request for each in server.calls if each.request.method == "POST"]
    said = str(sent.body or "") or (sent.url or "").partition("?")[2]
    assert sorted(said.split("&")) == ["DRY=true", "NAME=a+b", "RUN=7"]


async def test_a_change_is_voted_on_as_the_message_says(tmp_path: Path, server: responses.RequestsMock) -> None:
    """A label without a value is no vote."""
    url = f"{GERRIT}/a/changes/shop~7/revisions/2/review"
    server.post(url, body=")]}'\n" + '{"labels": {"Verified": 1}}', content_type="application/json")
    await review(tmp_path).publish([mapped(REVIEW)])
    said = orjson.loads(server.calls[0].request.body or b"")
    assert (said["message"], said["labels"]) == ("it works", {"Verified": 1})


async def test_a_change_of_another_gerrit_is_not_voted_on(tmp_path: Path, server: responses.RequestsMock) -> None:
    """Where the message says whose it is."""
    with pytest.raises(PermanentError, match="this action votes on"):
        await review(tmp_path).publish([mapped({**REVIEW, "gerrit": "https://gerrit.example.org/"})])
    assert len(server.calls) == 0


async def test_a_call_is_made_where_the_message_says(tmp_path: Path, server: responses.RequestsMock) -> None:
    """Below the sink's own URL, by its method, with its headers; a query of each is kept."""
    server.put(f"{ENDPOINT}/base/runs/7?v=1&w=2", status=204)
    place = Place(method="PUT", path="/runs/7?w=2", headers={"X-Team": "red"})
    await call(tmp_path).publish([mapped({"a": 1}, place)])
    (sent,) = [each.request for each in server.calls]
    assert (orjson.loads(sent.body or b""), sent.headers["X-Team"]) == ({"a": 1}, "red")
    assert sent.headers["Idempotency-Key"] == "1"


@pytest.mark.parametrize(
    ("make", "body", "says"),
    [
        (job, {}, "job: Field required"),
        (job, [], "it: Input should be an object"),
        (job, {"job": ""}, "job: "),
        (job, {"job": "a", "parameters": {"X": [1]}}, "parameters.X"),
        (job, {"job": "a/../b"}, "lead to another place"),
        (job, {"job": "..", "parameters": {}}, "lead to another place"),
        (review, {"change": "x"}, "message: Field required"),
        (review, {**REVIEW, "votes": {}}, "votes: "),
        (review, {**REVIEW, "change": ".."}, "lead to another place"),
        (review, {**REVIEW, "revision": "%2e%2e"}, "lead to another place"),
    ],
)
async def test_what_an_action_does_not_take_is_refused(
    tmp_path: Path, server: responses.RequestsMock, make: Any, body: Any, says: str
) -> None:
    """With what is wrong in it; nobody is asked for anything."""
    with pytest.raises(PermanentError, match=says):
        await make(tmp_path).publish([mapped(body)])
    assert len(server.calls) == 0


@pytest.mark.parametrize("make", [job, review])
async def test_an_action_without_words_for_cdevents_says_so(tmp_path: Path, make: Any) -> None:
    """The configuration is told of it before; what is parked all the same says what to do."""
    with pytest.raises(PermanentError, match="let its route be of 'format: mapped'"):
        await make(tmp_path).publish([cdevent()])
