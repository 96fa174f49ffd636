"""Homes of real Jenkins controllers, from 2009 to 2026."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.mapping import load, xml
from adapters.sources.jenkins_home import build, console, files
from tests.checkout import SAMPLES, needs_samples
from tests.sources.jenkins_home.homes import Heard, source

HOMES = SAMPLES / "jenkins" / "disk"

pytestmark = needs_samples

EVENTS = {
    "freestyle-home": ["SECURITY-1793/4", "downstream/1", "downstream/2", "fs/1", "upstream/1", "upstream/2"],
    "junit-home": [f"wonky/{number}" for number in range(1, 8)],
    "multibranch-home": ["job/job/dev/1", "job/job/master/1"],
}


async def documents(name: str) -> list[dict[str, Any]]:
    """What one look at a sample tells."""
    heard = Heard()
    await source(HOMES / name).look(heard)
    return heard.documents


@pytest.mark.parametrize("name", EVENTS)
async def test_every_build_is_told_from_start_to_end(name: str) -> None:
    """In whatever version's form it was written."""
    told = [f"{document['event']} {document['url']}" for document in await documents(name)]
    assert told == [f"{event} job/{build}/" for build in EVENTS[name] for event in ("started", "finished")]


async def test_a_pipeline_that_waits_for_input_has_started() -> None:
    """Its build.xml is of XML 1.1, has no result and says that it is not completed."""
    (document,) = await documents("pipeline-running-home")
    assert document["event"] == "started"
    assert (document["url"], document["started"], document["pipeline"]) == ("job/p/1/", 1770000000000, True)


async def test_branches_have_the_commit_of_the_branch() -> None:
    """And not that of the shared library, which is checked out first."""
    for document in (await documents("multibranch-home"))[1::2]:
        assert document["scm"]["url"] == "file:///tmp/JENKINS-48061/job.git"
        assert document["scm"]["commit"] == "82de19a0a55e29e34cbab90b9b59e4aac379a155"


async def test_failed_tests_have_names() -> None:
    """From junitResult.xml, with the numbers of build.xml."""
    tests = {document["number"]: document.get("tests") for document in (await documents("junit-home"))[1::2]}
    assert tests[7] == {"total": 4, "failed": 0, "passed": 4, "skipped": 0}
    assert tests[5] == {
        "total": 4,
        "failed": 1,
        "passed": 3,
        "skipped": 0,
        "failed_tests": ["org.jvnet.hudson.examples.small.MiscTest.testEleanor"],
    }
    assert tests[1] is None


async def test_downstream_builds_know_what_started_them() -> None:
    """A cause of a plugin's own class counts as well as that of the core."""
    roots = {document["url"]: document["root"] for document in await documents("freestyle-home")}
    assert roots["job/downstream/1/"] == "job/upstream/1/"
    assert roots["job/downstream/2/"] == "job/upstream/2/"


def test_a_gerrit_trigger_build_of_2011_has_its_parameters() -> None:
    """XML 1.0, parameters in a wrapped array, no times: then the end is when the file was saved."""
    root = xml.root((HOMES / "gerrit-trigger-matrix-build.xml").read_bytes())
    found = build.described(root, "job/m/102/", 1700000000000, running=build.running(root))
    assert found["parameters"]["GERRIT_CHANGE_NUMBER"] == "38506"
    assert (found["finished"], found["started"]) == (1700000000000, 1700000000000 - 305782)
    assert found["root"] == "job/Gerrit_master-theme_matrix/102/"


@pytest.mark.parametrize("path", sorted(HOMES.rglob("log")), ids=lambda path: "/".join(path.parts[-5:]))
def test_logs_are_clean_without_their_notes(path: Path) -> None:
    """Notes of old and new versions, several in a line: no escape is left."""
    lines = list(files.lines(str(path), longest=console.LONGEST, most=1 << 20))
    assert lines
    assert b"\x1b[8mha:" not in b"".join(map(console.stripped, lines))
    assert console.stages(lines) == []


@pytest.mark.parametrize("name", [*EVENTS, "pipeline-running-home"])
async def test_every_document_is_translated(name: str) -> None:
    """Each by at least one rule, none with an error."""
    heard = Heard()
    await source(HOMES / name).look(heard)
    translator = load("jenkins/build", instance="https://jenkins.example.com/", variables={"failed_tests": True})
    for notification in heard.notifications:
        translation = translator.translate(notification)
        assert (translation.errors, translation.unmatched, translation.ignored) == ((), 0, 0)
        assert translation.events
