"""What the mappings of Jenkins's other plugins promise: a run is the same, whichever plugin tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from adapters.goldens import sent
from adapters.mapping.library import find
from adapters.model import CDEvent
from tests.mappings.support import (
    CLOUDEVENTS,
    EVERYTHING,
    GENERIC_EVENT,
    JENKINS,
    event,
    events,
    golden,
    targets,
    translation,
)

STATISTICS, OUTBOUND = "jenkins/statistics-gatherer", "jenkins/outbound-webhook"
NOTIFIED = {"started": "started", "finished": "finished", "triggered": "gerrit-patchset-1-started"}
STARTED = [
    (GENERIC_EVENT, "run-started.json"),
    (GENERIC_EVENT, "run-started-without-url.json"),
    (CLOUDEVENTS, "job-started.http"),
    (STATISTICS, "build-started.json"),
]
FINISHED = [
    (GENERIC_EVENT, "run-finalized.json"),
    (CLOUDEVENTS, "job-finalized.http"),
    (STATISTICS, "build-finished.json"),
]
TRIGGERED = [(GENERIC_EVENT, "run-started-by-gerrit.json"), (CLOUDEVENTS, "job-started-by-gerrit.http")]


def made(mapping: str, name: str) -> CDEvent:
    """The first event of an input."""
    [each] = sent(find(mapping).with_name("inputs") / name)
    return events(mapping, each.body, each.headers, **EVERYTHING[mapping])[0]


def notified(name: str) -> CDEvent:
    """The first event of an input of jenkins/notification."""
    return made(JENKINS, f"{NOTIFIED[name]}.json")


def identity(found: CDEvent) -> tuple[object, ...]:
    """What must be the same, whoever tells of a run."""
    return found.name, found.id, found.source, found.subject_id, found.content["pipelineName"], found.content["uri"]


@pytest.mark.parametrize(("mapping", "name"), STARTED)
def test_a_start_is_the_one_that_the_notification_plugin_tells(mapping: str, name: str) -> None:
    """To the id, the subject, the chain and the millisecond."""
    found, expected = made(mapping, name), notified("started")
    assert identity(found) == identity(expected)
    assert (found.chain_id, found.timestamp) == (expected.chain_id, expected.timestamp)


@pytest.mark.parametrize(("mapping", "name"), FINISHED)
def test_an_end_is_the_one_that_the_notification_plugin_tells(mapping: str, name: str) -> None:
    """And follows the same start."""
    found, expected = made(mapping, name), notified("finished")
    assert identity(found) == identity(expected)
    assert found.chain_id == expected.chain_id
    assert targets(found, "PATH") == targets(expected, "PATH") == [notified("started").id]


@pytest.mark.parametrize(("mapping", "name"), TRIGGERED)
def test_a_run_that_gerrit_triggered_is_in_the_chain_of_its_change(mapping: str, name: str) -> None:
    """And points at the same event of the change."""
    found, expected = made(mapping, name), notified("triggered")
    assert identity(found) == identity(expected)
    assert found.chain_id == expected.chain_id
    assert targets(found, "RELATION") == targets(expected, "RELATION")
    assert targets(found, "RELATION")


def test_the_tests_of_a_run_are_the_same_tests() -> None:
    """A suite that is told by two plugins has one id."""
    body, variables = golden(GENERIC_EVENT, "run-finalized.json"), EVERYTHING[GENERIC_EVENT]
    [_, found] = events(GENERIC_EVENT, body, **variables)
    expected = events(JENKINS, golden(JENKINS, "finished.json"), **EVERYTHING[JENKINS])[1]
    assert (found.name, found.id, found.subject_id) == (expected.name, expected.id, expected.subject_id)


def test_a_run_may_be_told_before_it_is_on_disk() -> None:
    """Then the later event, which says the same, is ignored."""
    done, saved = (golden(GENERIC_EVENT, f"run-{name}.json") for name in ("completed", "finalized"))
    assert event(GENERIC_EVENT, done, finished="run.completed").name == "pipelinerun.finished"
    assert translation(GENERIC_EVENT, saved, finished="run.completed").ignored == 1


def heard(name: str) -> tuple[Any, Mapping[str, str]]:
    """The body and headers of an input of the CloudEvents plugin."""
    [each] = sent(find(CLOUDEVENTS).with_name("inputs") / name)
    return orjson.loads(each.body), each.headers


def test_a_run_that_failed_is_told_once() -> None:
    """The plugin sends it as finalized and as failed."""
    body, headers = heard("job-failed.http")
    assert translation(CLOUDEVENTS, body, headers).ignored == 1


def test_configuration_never_leaves_jenkins() -> None:
    """A job's config.xml may have secrets in it."""
    body, headers = heard("job-created.http")
    body["configFile"] = "<secret>hunter2</secret>"
    assert "hunter2" not in str(event(CLOUDEVENTS, body, headers))
    project = golden(STATISTICS, "project-created.json") | {"configFile": "<secret>hunter2</secret>"}
    assert "hunter2" not in str(event(STATISTICS, project))


@pytest.mark.parametrize(
    ("root", "run"),
    [
        ("https://jenkins.example.com", "job/a/5/"),
        ("https://jenkins.example.com:8443/ci/jenkins", "job/team/job/a%20b/5/"),
    ],
)
def test_a_run_is_named_by_what_follows_the_root_url(root: str, run: str) -> None:
    """Outbound WebHook sends absolute URLs; the subject is the relative one, as every plugin's."""
    body = golden(OUTBOUND, "start.json") | {"buildUrl": f"{root}/{run}"}
    found = event(OUTBOUND, body)
    assert (found.subject_id, found.content["uri"]) == (run, f"{root}/{run}")


def test_a_step_of_a_pipeline_neither_starts_nor_ends_its_run() -> None:
    """Outbound WebHook's step only says that it was reached."""
    found = event(OUTBOUND, golden(OUTBOUND, "pipeline-step.json"))
    assert found.name == "dev.cdeventsx.jenkins-run.notified.0.1.0"
    assert event(OUTBOUND, golden(OUTBOUND, "start.json") | {"event": "START"}).name == "pipelinerun.started"


def test_steps_of_a_freestyle_job_are_task_runs_of_their_run() -> None:
    """Each from its start to its end; how it ended is not said."""
    started, finished = (made(STATISTICS, f"step-{name}.json") for name in ("started", "finished"))
    assert [started.name, finished.name] == ["taskrun.started", "taskrun.finished"]
    assert started.subject_id == finished.subject_id
    assert started.content["pipelineRun"] == {"id": notified("started").subject_id}
    assert targets(finished, "PATH") == [started.id]
    assert "outcome" not in finished.content
