"""A real ancestor of Jenkins: its home, watched and replayed, tells what builds came to, and events start its jobs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest

from tests.checkout import ROOT
from tests.real.hudson import jobs, server
from tests.real.hudson.server import Hudson, path
from tests.real.troubles import assert_untroubled
from tests.service import Service, configuration, free_port, running
from tests.sources.jenkins_api.fake import source as polled
from tests.sources.jenkins_home.homes import Heard
from tests.waiting import until

pytestmark = pytest.mark.real

SHOP, DEPLOY = "shop (main)", "deploy"
REPORT = (
    "<testsuite name='s' tests='3' failures='1' time='1'><testcase classname='a.B' name='good'/>"
    "<testcase classname='a.B' name='better'/><testcase classname='a.B' name='bad'><failure/></testcase></testsuite>"
)
OUTCOMES = {"SUCCESS": "success", "UNSTABLE": "failure", "FAILURE": "failure", "ABORTED": "cancel"}

Event = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """A Hudson after its jobs have run, and the sidecar that has watched its home."""

    hudson: Hudson
    sidecar: Service

    def events(self) -> list[Event]:
        """What the sidecar has published."""
        return [each["data"] for each in self.sidecar.published("cdevents")]

    def ended(self) -> set[str]:
        """The runs whose end was published."""
        return {about(each) for each in self.events() if "pipelinerun.finished" in each["context"]["type"]}

    def of(self, kind: str, subject: str) -> Event:
        """The only event of a type about a subject."""
        (found,) = [each for each in self.events() if kind in each["context"]["type"] and about(each) == subject]
        return found


def about(event: Event) -> str:
    """What an event is about."""
    subject: str = event["subject"]["id"]
    return subject


def configured(hudson: Hudson) -> str:
    """A sidecar that watches a home, and has what was built deployed by another job."""
    home = {"type": "jenkins-home", "home": str(hudson.home), "poll": "100ms", "time_zone": server.ZONE}
    deploy = {
        "type": "jenkins-job",
        "url": hudson.url,
        "auth": {"username": "anybody", "password": "anything"},
        "done": "done.db",
        "job": DEPLOY,
        "parameters": {"BUILT": "${subject.id}", "CHAIN": "${context.chainId}"},
    }
    built = {"subject.content.pipelineName": SHOP, "subject.content.outcome": "success"}
    return configuration(
        sources={"home": home | {"instance": hudson.url, "mapping": "jenkins/build"}},
        sinks={"file": {"type": "file", "path": "cdevents.jsonl"}, "deploy": deploy},
        routes={
            "cdevents": {"format": "cdevents", "sink": "file"},
            "deploy": {"format": "cdevents", "sink": "deploy", "types": ["pipelinerun.finished"], "when": built},
        },
    )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """All of it, once."""
    folder = tmp_path_factory.mktemp("sidecar")
    with server.running(tmp_path_factory.mktemp("hudson")) as hudson, running(folder, configured(hudson)) as sidecar:
        story = Story(hudson, sidecar)
        _play(story)
        yield story


def _play(story: Story) -> None:
    hudson = story.hudson
    hudson.create(DEPLOY, jobs.freestyle("true", parameters=["BUILT", "CHAIN"]))
    hudson.create("after", jobs.freestyle("true"))
    hudson.create(SHOP, jobs.freestyle("echo $TARGET > built.txt", parameters=["TARGET"], archives=True, then="after"))
    hudson.create("broken", jobs.freestyle("exit 3"))
    hudson.create("flaky", jobs.freestyle(f'sleep 3; echo "{REPORT}" > report.xml', reports=True))
    hudson.create("grid", jobs.matrix("test $OS = linux", "OS", ["linux", "mac"]))
    hudson.create("long", jobs.freestyle("touch begun; sleep 300"))
    hudson.create("old name", jobs.freestyle("true"))
    hudson.create("gone", jobs.freestyle("true"))
    hudson.run(SHOP, TARGET="a lab & more")
    for name in ("broken", "flaky", "grid", "old name", "gone"):
        hudson.run(name)
    hudson.post(f"{path('long')}build")
    until((hudson.workspace("long") / "begun").exists)
    hudson.post(f"{path('long')}1/stop")
    for name in ("long", "after", DEPLOY):
        hudson.wait(name)
    until(lambda: {"job/gone/1/", "job/old%20name/1/", "job/long/1/", "job/deploy/1/"} <= story.ended())
    hudson.post(f"{path('gone')}doDelete")
    hudson.post(f"{path('old name')}doRename", newName="new name")
    hudson.run("new name", 2)
    until(lambda: "job/new%20name/2/" in story.ended())


@pytest.mark.parametrize("name", [SHOP, "after", "broken", "flaky", "grid", "long", DEPLOY])
def test_a_build_is_told_as_it_was(story: Story, name: str) -> None:
    """Its job's name, its address, its outcome, and when it began and ended: to the second, which the home knows."""
    (build,) = story.hudson.builds(name)
    started, finished = (story.of(f"pipelinerun.{what}", f"{path(name)}1/") for what in ("started", "finished"))
    content = finished["subject"]["content"]
    assert content["pipelineName"] == started["subject"]["content"]["pipelineName"] == name
    assert content["outcome"] == OUTCOMES[build["result"]]
    assert unquote(content["uri"]) == unquote(build["url"])
    assert 0 <= build["timestamp"] - milliseconds(started) < 1000
    assert milliseconds(finished) - milliseconds(started) == build["duration"] == finished["customData"]["duration"]


def test_outcomes_are_of_every_kind(story: Story) -> None:
    """Or the test before this one would say less than it seems to."""
    results = {name: story.hudson.builds(name)[0]["result"] for name in (SHOP, "broken", "flaky", "grid", "long")}
    assert [*results.values()] == ["SUCCESS", "FAILURE", "UNSTABLE", "FAILURE", "ABORTED"]


def test_tests_are_counted(story: Story) -> None:
    """As its own report of them has it."""
    suite = story.of("testsuiterun.finished", f"{path('flaky')}1/tests")
    assert suite["customData"] | {"number": 1} == {"number": 1, "total": 3, "failed": 1, "passed": 2, "skipped": 0}
    assert suite["subject"]["content"]["outcome"] == "failure"


def test_cells_of_a_matrix_are_tasks_of_its_run(story: Story) -> None:
    """And no runs of their own."""
    cells = [each for each in story.events() if "taskrun.finished" in each["context"]["type"] and "OS=" in about(each)]
    assert {each["subject"]["content"]["taskName"]: each["subject"]["content"]["outcome"] for each in cells} == {
        "grid/OS=linux": "success",
        "grid/OS=mac": "failure",
    }
    assert {each["subject"]["content"]["pipelineRun"]["id"] for each in cells} == {"job/grid/1/"}
    assert not [each for each in story.events() if "pipelinerun" in each["context"]["type"] and "OS=" in about(each)]


def test_what_a_build_starts_is_in_its_chain(story: Story) -> None:
    """Hudson says by what a build was started when it is over."""
    first, after = (story.of("pipelinerun.finished", f"{path(name)}1/") for name in (SHOP, "after"))
    assert after["context"]["chainId"] == first["context"]["chainId"]


async def test_its_rest_api_tells_what_its_home_does(story: Story) -> None:
    """Ends and chains, though it hangs up at a range of builds, and does not say its version; it lists no cells."""
    heard = Heard()
    await polled(url=story.hudson.url).poll(heard)
    ended = {document["url"]: document for document in heard.documents if document["event"] == "finished"}
    for name in (SHOP, "after", "broken", "flaky", "grid", "long", DEPLOY):
        run = f"{path(name)}1/"
        assert ended[run]["result"] == story.of("pipelinerun.finished", run)["customData"]["result"]
    assert ended["job/after/1/"]["root"] == f"{path(SHOP)}1/"
    assert not [url for url in ended if "OS=" in url]


def test_an_event_starts_a_job(story: Story) -> None:
    """Once, with parameters made of the event; and nothing was put aside, nor is unknown."""
    (build,) = story.hudson.builds(DEPLOY)
    (parameters,) = [action["parameters"] for action in build["actions"] if "parameters" in action]
    built = story.of("pipelinerun.finished", f"{path(SHOP)}1/")
    assert {each["name"]: each["value"] for each in parameters} == {
        "BUILT": about(built),
        "CHAIN": built["context"]["chainId"],
    }
    assert_untroubled(story.sidecar)


def test_no_build_is_told_twice(story: Story) -> None:
    """Not when its job is gone, nor under another name when it is renamed: every id is there once."""
    ids = [each["context"]["id"] for each in story.events()]
    assert len(ids) == len(set(ids))
    runs = [about(each) for each in story.events() if "pipelinerun.finished" in each["context"]["type"]]
    assert "job/gone/1/" in runs
    assert [run for run in runs if "name/" in run] == ["job/old%20name/1/", "job/new%20name/2/"]


def test_replay_tells_what_was_told(story: Story, tmp_path: Path) -> None:
    """The home read afterwards gives the ids, times and outcomes of what was heard, of all that is still in it."""
    (tmp_path / "config.yaml").write_text(story.sidecar.config.format(port=free_port()))
    command = [sys.executable, "-m", "adapters", "replay", "--config", "config.yaml", "--route", "cdevents"]
    subprocess.run(
        [*command, str(story.hudson.home)], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
    replayed = [orjson.loads(line)["data"] for line in (tmp_path / "cdevents.jsonl").read_bytes().splitlines()]
    named = re.compile(r"job/(gone|old%20name|new%20name)/")
    live, again = (
        {each["context"]["id"]: told(each) for each in events if not named.match(about(each))}
        for events in (story.events(), replayed)
    )
    assert again == live


def told(event: Event) -> tuple[Any, ...]:
    """What must be the same of an event, however it was heard."""
    return event["context"]["type"], about(event), event["context"]["timestamp"], event["subject"]["content"]


def milliseconds(event: Event) -> int:
    """When an event happened, since 1970."""
    return round(datetime.fromisoformat(event["context"]["timestamp"]).timestamp() * 1000)
