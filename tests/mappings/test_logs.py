"""Lines of logs, from a file to events: the tail, and a mapping that is nothing but YAML."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from adapters.mapping import Translator, library
from adapters.model import CDEvent, Notification
from tests.checkout import SAMPLES, needs_samples
from tests.sources.tail.support import Bench

JENKINS = "https://jenkins.example.com/"

HEARD = datetime(2026, 3, 1, tzinfo=UTC)


def translated(translator: Translator, notifications: list[Notification]) -> list[CDEvent]:
    """The events of all; nothing was in error, nothing unknown."""
    translations = [translator.translate(each) for each in notifications]
    assert [each.errors for each in translations if each.errors] == []
    assert sum(each.unmatched for each in translations) == 0
    return [event for each in translations for event in each.events]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A tail of a file."""
    return Bench(tmp_path)


async def test_jenkins_log_in_two_lines(bench: Bench) -> None:
    """The mapping says where a record begins: both lines of one come together, however they are written."""
    bench.translator = library.load("jenkins/log", instance=JENKINS, variables={"zone": "Europe/Berlin"})
    bench.write("May 01, 2019 1:02:03 PM hudson.model.Run execute\n")
    await bench.poll()
    bench.write(
        "INFO: team/shop #5 main build action completed: SUCCESS\nMay 01, 2019 1:02:04 PM hudson.X y\nINFO: x\n"
    )
    await bench.settled()
    bench.stop()
    [event] = translated(bench.translator, bench.kept.notifications)
    assert (event.subject_id, event.timestamp) == ("job/team/job/shop/5/", "2019-05-01T11:02:03Z")


def jenkins_log(message: str) -> list[CDEvent]:
    """The events of one line of Jenkins' log, by its logger and message."""
    line = f"2026-03-01 10:11:14.345+0000 [id=43]\tFINE\t{message}".encode()
    translator = library.load("jenkins/log", instance=JENKINS, variables={})
    return translated(translator, [Notification("jenkins", line, HEARD)])


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("o.j.p.workflow.job.WorkflowRun#finish: team/a b #5 completed: UNSTABLE", "failure"),
        ("hudson.model.Run#execute: moving into POST_PRODUCTION on team/a b #5", None),
    ],
)
def test_jenkins_log_and_notification_are_of_one_id(said: str, outcome: str | None) -> None:
    """A run that is heard of by its log and by the plugin ends once; how, is told where the log knows it."""
    build = {
        "url": "job/team/job/a%20b/5/",
        "phase": "FINALIZED",
        "status": "UNSTABLE",
        "number": 5,
        "timestamp": 1_700_000_000_000,
    }
    plugin = orjson.dumps({"name": "a b", "url": "job/team/job/a%20b/", "build": build})
    translator = library.load("jenkins/notification", instance=JENKINS, variables={})
    [told] = translated(translator, [Notification("jenkins", plugin, HEARD)])
    [logged] = jenkins_log(said)
    assert (logged.name, logged.id, logged.subject_id) == (told.name, told.id, told.subject_id)
    assert logged.content.get("outcome") == outcome


def test_what_the_main_part_of_a_run_came_to_is_not_its_end() -> None:
    """Post-build steps come after that, and may fail: no outcome is told before it is known."""
    [event] = jenkins_log("hudson.model.Run#execute: team/shop #5 main build action completed: SUCCESS")
    assert event.name == "dev.cdeventsx.jenkins-run.built.0.1.0"
    assert (event.subject_id, event.custom_data) == ("job/team/job/shop/5/", {"number": 5, "result": "SUCCESS"})


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("fix #3 now", "job/fix%20%233%20now/5/"),
        ("team/app (nightly)", "job/team/job/app%20(nightly)/5/"),
        ("team/shop/feature%2Fpay", "job/team/job/shop/job/feature%252Fpay/5/"),
        ("team/build/OS=linux,JDK=21", "job/team/job/build/OS=linux,JDK=21/5/"),
        ("team/build/org.example:core", "job/team/job/build/org.example$core/5/"),
    ],
)
def test_names_in_jenkins_log_are_those_of_the_urls(name: str, run: str) -> None:
    """Whatever is in a name: it is written as Jenkins writes it in the URL."""
    [event] = jenkins_log(f"hudson.model.Run#execute: {name} #5 main build action completed: SUCCESS")
    assert event.subject_id == run


@needs_samples
@pytest.mark.parametrize(("mapping", "pick"), [("gerrit/sshd-log", "sshd"), ("gerrit/httpd-log", "HTTP/1.1")])
def test_lines_of_the_documentation(mapping: str, pick: str) -> None:
    """The lines that Gerrit's documentation gives as examples are understood."""
    file = SAMPLES / "gerrit" / "log-lines.upstream-docs.txt"
    translator = library.load(mapping, instance="https://gerrit.example.com/", variables={"fetches": True})
    lines = [line for line in file.read_bytes().splitlines() if line.strip()]
    assert [line for line in lines if pick.encode() in line]
    events = translated(translator, [Notification("gerrit", line, HEARD) for line in lines])
    assert len(events) == (1 if pick == "sshd" else 0)
