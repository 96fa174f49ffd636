"""One occurrence is one event id, through whichever transport it was heard."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from adapters.mapping import load
from adapters.model import CDEvent, Notification
from adapters.sources.jenkins.news import news
from adapters.sources.jenkins.progress import NOTHING
from adapters.sources.jenkins_api import build as api
from tests.sources.jenkins_api.fake import pipeline as api_pipeline
from tests.sources.jenkins_api.fake import run as api_run
from tests.sources.jenkins_home.homes import HEARD, STARTED, Heard, Home, build, flow, freestyle, node, pipeline, source

INSTANCE = "https://jenkins.example.com/"
GERRIT = {
    "GERRIT_EVENT_TYPE": "patchset-created",
    "GERRIT_PROJECT": "team/app",
    "GERRIT_CHANGE_NUMBER": "4711",
    "GERRIT_PATCHSET_NUMBER": "2",
}
PARAMETERS = "".join(
    f"<hudson.model.StringParameterValue><name>{name}</name><value>{value}</value></hudson.model.StringParameterValue>"
    for name, value in GERRIT.items()
)
TESTS = (
    "<hudson.tasks.junit.TestResultAction><failCount>1</failCount><skipCount>0</skipCount>"
    "<totalCount>4</totalCount></hudson.tasks.junit.TestResultAction>"
)
ACTIONS = f"<hudson.model.ParametersAction><parameters>{PARAMETERS}</parameters></hudson.model.ParametersAction>{TESTS}"
JOBS = {
    "job/shop/": ("shop",),
    "job/team/job/a%20b/": ("team", "jobs", "a b"),
    "job/web/job/feature%252Fx/": ("web", "branches", "feature-x.abc"),
}


def events(mapping: str, bodies: list[bytes]) -> dict[tuple[str, str], CDEvent]:
    """What a mapping makes of bodies, by type and subject."""
    translator = load(mapping, instance=INSTANCE, variables={"gerrit": "https://gerrit.example.com/"})
    found: dict[tuple[str, str], CDEvent] = {}
    for body in bodies:
        translation = translator.translate(Notification("jenkins", body, HEARD))
        assert translation.errors == ()
        found |= {(event.name, event.subject_id): event for event in translation.events}
    return found


def notified(job: str, number: int) -> dict[tuple[str, str], CDEvent]:
    """As the Notification plugin tells it."""
    url = f"{job}{number}/"
    run: dict[str, Any] = {"number": number, "queue_id": 5, "timestamp": STARTED, "duration": 0, "url": url}
    run |= {"parameters": GERRIT, "scm": {}, "log": "", "artifacts": {}}
    counts = {"total": 4, "failed": 1, "passed": 3, "skipped": 0, "failed_tests": []}
    end = {"phase": "FINALIZED", "status": "UNSTABLE", "test_summary": counts}
    documents = [{"url": job, "build": {**run, **more}} for more in ({"phase": "STARTED"}, end)]
    return events("jenkins/notification", [orjson.dumps({"name": "x", **document}) for document in documents])


async def on_disk(home: Home, job: str, number: int, content: str) -> dict[tuple[str, str], CDEvent]:
    """As the files tell it."""
    directory = home.job(*JOBS[job])
    if "branches" in JOBS[job]:
        (directory / "name-utf8.txt").write_text("feature%2Fx")
    run = build(directory, number, content)
    if content.startswith(pipeline()[:60]):
        flow(run, node(6, "StepStartNode", stage="Build"), node(9, "StepEndNode", parent=6, start=6))
    heard = Heard()
    await source(home.path).look(heard)
    return events("jenkins/build", [notification.body for notification in heard.notifications])


def polled(job: str, run: Any) -> dict[tuple[str, str], CDEvent]:
    """As the REST API tells it."""
    actions = [
        {"parameters": [{"name": name, "value": value} for name, value in GERRIT.items()]},
        {"failCount": 1, "skipCount": 0, "totalCount": 4},
    ]
    stage = {"id": "6", "name": "Build", "status": "SUCCESS", "startTimeMillis": STARTED + 6, "durationMillis": 3}
    found = api.described({**run, "actions": actions}, job)
    if found["pipeline"]:
        found["stages"] = api.stages({"stages": [stage]})
    return events("jenkins/build", [orjson.dumps(document) for document in news(found, NOTHING).documents])


@pytest.mark.parametrize("job", JOBS)
async def test_a_run_and_its_tests_have_one_id_each(home: Home, job: str) -> None:
    """Plugin, disk and API agree on ids, subjects and chains, for plain jobs, in folders, and for branches."""
    plugin = notified(job, 7)
    disk = await on_disk(home, job, 7, freestyle(result="UNSTABLE", actions=ACTIONS))
    rest = polled(job, api_run(7, result="UNSTABLE"))
    assert {name for name, _ in plugin} == {"pipelinerun.started", "pipelinerun.finished", "testsuiterun.finished"}
    for key, event in plugin.items():
        for other in (disk[key], rest[key]):
            assert (other.id, other.chain_id, other.content) == (event.id, event.chain_id, event.content)


async def test_a_stage_has_one_id(home: Home) -> None:
    """The node that the disk names is the one that the stage view names."""
    disk = await on_disk(home, "job/shop/", 7, pipeline(result="UNSTABLE", actions=ACTIONS))
    rest = polled("job/shop/", api_pipeline(7, result="UNSTABLE"))
    stages = {key for key in disk if key[0].startswith("taskrun")}
    assert stages == {(f"taskrun.{word}", "job/shop/7/node/6") for word in ("started", "finished")}
    assert {key: event.id for key, event in disk.items()} == {key: event.id for key, event in rest.items()}
    assert all(disk[key].timestamp == rest[key].timestamp for key in stages)
