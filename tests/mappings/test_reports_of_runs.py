"""Reports of tests that belong to a run."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cdevents.ids import chain_id, context_id
from adapters.model import CDEvent
from tests.mappings.support import JENKINS, events, golden, invalid, targets

JUNIT, TAP, ROBOT = "junit/report", "tap/report", "robot/output"
CI = "https://jenkins.example.com/"
RUN = "job/team/job/shop/17/"
BODIES = {
    JUNIT: b"""<testsuite name="S" timestamp="2026-01-01T00:00:50Z">
        <testcase classname="c" name="a"><failure/></testcase></testsuite>""",
    TAP: b"1..1\nnot ok 1 - a\n",
    ROBOT: b"""<robot><suite id="s1" name="S"><test id="s1-t1" name="a">
        <status status="FAIL" start="2026-01-01T00:00:51" elapsed="1"/></test>
        <status status="FAIL" start="2026-01-01T00:00:50" elapsed="2"/></suite></robot>""",
}
EACH = pytest.mark.parametrize("mapping", BODIES)


def heard(mapping: str, *, headers: dict[str, str] | None = None, **variables: Any) -> tuple[CDEvent, ...]:
    """The events of a report in which one test failed, for the Jenkins that runs it."""
    return events(mapping, BODIES[mapping], headers or {}, **variables)


@EACH
def test_a_report_follows_its_run_and_is_in_its_chain(mapping: str) -> None:
    """Its suites and tests are of the tests that Jenkins' own mappings tell of."""
    found = heard(mapping, headers={"x-test-run": f"{CI}{RUN}"})
    of_jenkins = {each.name: each for each in events(JENKINS, golden(JENKINS, "finished.json"), failed_tests=True)}
    started = context_id(CI, "pipelinerun.started", [RUN])
    tests = of_jenkins["testsuiterun.finished"]
    assert {each.chain_id for each in found} == {tests.chain_id}
    assert all(started in targets(each, "PATH") for each in found)
    assert {each.content["testSuiteRun"]["id"] for each in found if "testSuiteRun" in each.content} == {
        tests.subject_id
    }
    assert all(each.subject_id.startswith(f"{tests.subject_id}/") for each in found)
    assert invalid(found) == []


@EACH
@pytest.mark.parametrize(
    ("headers", "variables"),
    [
        ({"x-test-run": f"{CI}{RUN}"}, {}),
        ({"build_url": f"{CI}{RUN}"}, {}),
        ({"build-url": f"{CI}{RUN}"}, {}),
        ({"x-build-url": f"{CI}{RUN}"}, {}),
        ({"x-test-run": f"{CI}view/all/job/team/job/shop/17"}, {}),
        ({"x-test-run": f"{CI}{RUN}display/redirect?page=tests"}, {}),
        ({"x-test-run": f"{CI}{RUN}testReport/"}, {}),
        ({"x-test-run": f"{CI}{RUN}consoleFull"}, {}),
        ({"x-test-run": "", "build_url": f"{CI}{RUN}"}, {}),
        ({}, {"run": f"{CI}{RUN}"}),
        ({"x-file": "/var/jenkins_home/jobs/team/jobs/shop/builds/17/archive/report.xml"}, {}),
        ({"x-file": f"reports/{RUN}report.xml"}, {}),
    ],
)
def test_a_run_is_said_in_many_ways(mapping: str, headers: dict[str, str], variables: dict[str, str]) -> None:
    """All of them say the same, so that the ids are."""
    said = [(each.id, each.chain_id, each.subject_id) for each in heard(mapping, headers=headers, **variables)]
    assert said == [(e.id, e.chain_id, e.subject_id) for e in heard(mapping, headers={"x-test-run": f"{CI}{RUN}"})]


@EACH
def test_whoever_posts_a_report_counts_before_the_source(mapping: str) -> None:
    """A header is of this report, a variable of all that have none."""
    posted = {"x-test-run": f"{CI}{RUN}"}
    assert heard(mapping, headers=posted, run=f"{CI}job/other/1/") == heard(mapping, headers=posted)


@EACH
def test_reports_of_a_run_of_something_else_are_of_one_chain(mapping: str) -> None:
    """Of another CI server, or of any name: what follows from it is the chain, and nothing that is not known."""
    for run in ("https://gitlab.example.com/team/shop/-/jobs/12", "nightly 7", f"{CI}job/shop/", f"{CI}computer/7/"):
        found = heard(mapping, headers={"x-test-run": run})
        assert {each.chain_id for each in found} == {chain_id([CI, run])}
        assert {target for each in found for target in targets(each, "PATH")} <= {each.id for each in found}


@EACH
def test_no_event_tells_the_password_in_the_url_of_a_run(mapping: str) -> None:
    """It is the same run without one."""
    run = "gitlab.example.com/team/shop/-/jobs/12"
    found = heard(mapping, headers={"x-test-run": f"https://ci:hunter2@{run}?private_token=hunter2"})
    assert "hunter2" not in str(found)
    assert found == heard(mapping, headers={"x-test-run": f"https://{run}"})


@EACH
def test_a_report_of_a_change_is_in_its_chain(mapping: str) -> None:
    """As its run is, if the change is one of the Gerrit that the source is told of."""
    headers = {"x-test-run": f"{CI}{RUN}", "gerrit_change_url": "https://gerrit.example.com/c/team/shop/+/4711"}
    (chain,) = {each.chain_id for each in heard(mapping, headers=headers, gerrit="https://gerrit.example.com/")}
    assert chain == chain_id(["https://gerrit.example.com/", "team%2Fshop~4711"])
    (other,) = {each.chain_id for each in heard(mapping, headers=headers, gerrit="https://review.example.com/")}
    assert other == chain_id([CI, RUN])


@EACH
def test_two_reports_of_a_run_are_two(mapping: str) -> None:
    """What one of them says of a suite, or of a test that passed, is not what the other says."""
    headers = {"x-test-run": f"{CI}{RUN}"}
    first = heard(mapping, headers=headers)
    body = BODIES[mapping].replace(b":5", b":4").replace(b'"S"', b'"T"')
    second = events(mapping, body, headers, **({"suite": "other"} if mapping == TAP else {}))
    suites = [{each.id for each in found if each.name.startswith("testsuiterun")} for found in (first, second)]
    assert not suites[0] & suites[1]


def test_a_test_that_failed_is_the_one_that_jenkins_names() -> None:
    """By its class and name; Jenkins takes the suite for the class of a test that has none."""
    body = b'<testsuite name="S"><testcase name="a"><failure/></testcase><testcase classname="c" name="a"/></testsuite>'
    found = events(JUNIT, body, {"x-test-run": f"{CI}{RUN}"})
    passed, failed = (each for each in found if "testCase" in each.content)
    assert failed.id == context_id(CI, "testcaserun.finished", [RUN, "S.a"])
    assert (failed.subject_id, passed.subject_id) == (f"{RUN}tests/S.a", f"{RUN}tests/c.a")


@EACH
def test_only_the_one_report_of_a_run_is_its_tests(mapping: str) -> None:
    """Where the source says that there is only one."""
    headers = {"x-test-run": f"{CI}{RUN}"}
    whole = context_id(CI, "testsuiterun.finished", [RUN])
    assert whole in [each.id for each in heard(mapping, headers=headers, whole_run=True)]
    assert whole not in [each.id for each in heard(mapping, headers=headers)]
    assert whole not in [each.id for each in heard(mapping, whole_run=True)]
