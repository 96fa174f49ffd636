"""What the API's JSON says of a build."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from adapters.errors import ConfigError
from adapters.sources.jenkins_api import build
from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from tests.checkout import SAMPLES, needs_samples
from tests.sources.jenkins_api.fake import pipeline, run, source
from tests.sources.jenkins_home.homes import STARTED

JOB = "job/shop/"


def described(*actions: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A build with actions, described."""
    return build.described(run(7, actions=[{}, *actions], **members), JOB)


def checkout(commit: str, **members: Any) -> dict[str, Any]:
    """What the git plugin exports of a checkout."""
    revision = {"SHA1": commit, "branch": [{"SHA1": commit, "name": "refs/remotes/origin/main"}]}
    return {"lastBuiltRevision": revision, "remoteUrls": ["https://git.example.com/shop.git"], **members}


def test_a_build_that_is_over_has_its_times_and_result() -> None:
    """The API knows when it was scheduled, which is when it started but for some milliseconds."""
    assert described() == {
        "url": "job/shop/7/",
        "job": JOB,
        "number": 7,
        "pipeline": False,
        "running": False,
        "started": STARTED,
        "finished": STARTED + 1000,
        "duration": 1000,
        "result": "SUCCESS",
        "queue_id": 1007,
        "root": "job/shop/7/",
    }


def test_a_build_that_goes_on_has_no_result() -> None:
    """Though a script may have set one already."""
    found = build.described(pipeline(7, result=None) | {"result": "UNSTABLE"}, JOB)
    assert (found["running"], found["pipeline"]) == (True, True)
    assert found.keys().isdisjoint({"result", "finished", "duration"})


def test_causes_name_users_and_upstream_builds() -> None:
    """In the same words as from the disk."""
    upstream = {"_class": "hudson.model.Cause$UpstreamCause", "upstreamUrl": "job/a/", "upstreamBuild": 3}
    found = described({"causes": [{"_class": "hudson.model.Cause$UserIdCause", "userId": "ada"}, upstream]})
    assert found["causes"] == [
        {"type": "hudson.model.Cause$UserIdCause", "user": "ada"},
        {"type": "hudson.model.Cause$UpstreamCause", "upstream": "job/a/3/"},
    ]
    assert (found["upstream"], found["root"]) == ("job/a/3/", "job/a/3/")


def test_parameters_are_texts() -> None:
    """As Jenkins writes them on disk; those without a value, such as passwords, are left out."""
    values = [("A", "x"), ("B", True), ("N", 3), ("O", {"a": 1}), ("P", None)]
    found = described({"parameters": [{"name": name, "value": value} for name, value in values]})
    assert found["parameters"] == {"A": "x", "B": "true", "N": "3"}


def test_the_commit_is_known_unless_there_are_several() -> None:
    """The API does not say which checkout is the one that was built."""
    expected = {"url": "https://git.example.com/shop.git", "branch": "refs/remotes/origin/main", "commit": "b" * 40}
    assert described(checkout("b" * 40), checkout("b" * 40))["scm"] == expected
    assert "scm" not in described(checkout("a" * 40), checkout("b" * 40))


def test_tests_are_counted() -> None:
    """Those that passed are the rest."""
    found = described({"failCount": 1, "skipCount": 2, "totalCount": 10, "urlName": "testReport"})
    assert found["tests"] == {"total": 10, "failed": 1, "passed": 7, "skipped": 2}


@needs_samples
def test_stages_are_those_of_the_stage_view() -> None:
    """The plugin's own example: two that are over, one that waits for input."""
    file = SAMPLES / "jenkins" / "wfapi" / "get-job-job-name-run-id-wfapi-describe-1.json"
    sample = orjson.loads(file.read_bytes())
    first, _, last = build.stages(sample)
    begun = 1413461275770
    assert first == {"id": "5", "name": "Build", "started": begun, "finished": begun + 5228, "status": "SUCCESS"}
    assert last == {"id": "10", "name": "Deploy", "started": 1413461285992}


@pytest.mark.parametrize("given", [{"user": "ada"}, {"token": "x"}, {"url": "https://ada:x@jenkins/"}])
def test_settings_keep_credentials_together_and_out_of_urls(given: dict[str, str]) -> None:
    """A token without its user is a mistake, and a URL is no place for it."""
    with pytest.raises(ValueError, match=r"user and token go together|expected a URL without a user"):
        JenkinsApiSettings.model_validate({"type": "jenkins-api", "instance": "https://jenkins.example.com/", **given})


def test_without_its_client_the_source_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is an extra."""
    monkeypatch.setitem(__import__("sys").modules, "jenkins", None)
    with pytest.raises(ConfigError, match=r"needs python-jenkins.*cdevents-adapters\[jenkins\]"):
        source()
