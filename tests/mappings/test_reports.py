"""What the mappings of test reports promise: JUnit's XML, TAP and Robot Framework's output.xml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import MappingError
from adapters.goldens import sent
from adapters.mapping.library import find
from adapters.model import CDEvent
from tests.mappings.support import EVERYTHING, events, inputs, invalid, translation

JUNIT, TAP, ROBOT = "junit/report", "tap/report", "robot/output"
REPORTS = [(mapping, path) for mapping in (JUNIT, TAP, ROBOT) for path in inputs(mapping)]
ALL = pytest.mark.parametrize(("mapping", "path"), REPORTS, ids=lambda value: getattr(value, "name", value))


def report(mapping: str, name: str, **variables: Any) -> tuple[CDEvent, ...]:
    """The events of one of a mapping's inputs."""
    (only,) = sent(find(mapping).with_name("inputs") / name)
    return events(mapping, only.body, only.headers, **variables)


def outcomes(found: tuple[CDEvent, ...]) -> dict[str, str]:
    """How each test case ended, by its name."""
    return {
        each.content["testCase"]["id"]: each.content.get("outcome", "skipped")
        for each in found
        if each.name in ("testcaserun.finished", "testcaserun.skipped")
    }


def suites(found: tuple[CDEvent, ...]) -> dict[str, str]:
    """How each suite ended, by its name."""
    return {
        each.content["testSuite"]["id"]: each.content["outcome"]
        for each in found
        if each.name == "testsuiterun.finished"
    }


def tap(text: str) -> tuple[CDEvent, ...]:
    """The events of a report in TAP."""
    return events(TAP, text.encode())


@ALL
def test_every_test_is_of_a_suite_that_is_told(mapping: str, path: Path) -> None:
    """A case names the run of its suite, is in that run's chain, and no two events have one id."""
    found = report(mapping, path.name, **EVERYTHING[mapping])
    chains = {each.subject_id: each.chain_id for each in found if each.name == "testsuiterun.finished"}
    cases = [each for each in found if each.name.startswith("testcaserun")]
    assert chains or not found
    assert [chains[each.content["testSuiteRun"]["id"]] for each in cases] == [each.chain_id for each in cases]
    assert len({each.id for each in found}) == len(found)
    assert invalid(found) == []


@ALL
def test_tests_that_passed_need_not_be_told(mapping: str, path: Path) -> None:
    """Without them the rest is what it was."""
    everything = report(mapping, path.name)
    fewer = report(mapping, path.name, passed_tests=False)
    assert suites(fewer) == suites(everything)
    assert outcomes(fewer) == {name: how for name, how in outcomes(everything).items() if how != "success"}


@pytest.mark.parametrize(("mapping", "path"), [each for each in REPORTS if each[1].suffix == ".xml"])
def test_a_report_that_is_read_again_has_the_same_ids(mapping: str, path: Path) -> None:
    """What names a run is in the report: white space around it, and another time of hearing, change nothing."""
    first = events(mapping, path.read_bytes())
    again = events(mapping, path.read_bytes() + b"\n\n", {"x-test-run": "other"})
    assert [each.id for each in first] == [each.id for each in again]


def test_junit_tells_failures_from_errors() -> None:
    """An assertion that did not hold is a failure; what could not be tried is an error."""
    found = report(JUNIT, "pytest.xml")
    assert suites(found) == {"pytest": "failure"}
    assert outcomes(found) == {
        "test_sample.test_total": "success",
        "test_sample.test_wrong": "failure",
        "test_sample.test_db": "error",
        "test_sample.test_net": "skipped",
    }


def test_junit_reads_every_suite_at_whatever_depth() -> None:
    """The root may be a suite, and a suite in another; one in which nothing ran is not told."""
    assert suites(report(JUNIT, "gtest-nested.xml")) == {
        "outer": "success",
        "MathTest": "success",
        "NoCounts": "failure",
    }
    assert suites(report(JUNIT, "surefire.xml")) == {"com.example.CartTest": "failure"}


def test_junit_counts_itself_where_the_report_does_not() -> None:
    """An empty <failure/> is a failure, too."""
    found = report(JUNIT, "gtest-nested.xml")
    (counted,) = [each for each in found if each.content.get("testSuite") == {"id": "NoCounts"}]
    assert counted.custom_data == {"total": 1, "failures": 1, "errors": 0, "skipped": 0}
    assert outcomes(found)["a"] == "failure"


@pytest.mark.parametrize(
    ("attributes", "outcome"),
    [
        ('errors="1" failures="0"', "error"),
        ('errors="1" failures="1"', "failure"),
        ('errors="0" failures="0"', "success"),
        ("", "success"),
    ],
)
def test_junit_suites_have_an_outcome(attributes: str, outcome: str) -> None:
    """A failure is told before an error: it is what the tests found."""
    body = f'<testsuite name="s" tests="2" {attributes}><testcase name="a"/></testsuite>'
    assert suites(events(JUNIT, body.encode())) == {"s": outcome}


def test_junit_times_without_a_zone_are_of_the_one_that_the_source_says() -> None:
    """A suite ends as many seconds after its start as it took."""
    body = b'<testsuite name="s" timestamp="2026-01-01T10:00:00" time="1,200.5"><testcase name="a"/></testsuite>'
    started, finished, _ = events(JUNIT, body, time_zone="Europe/Berlin")
    assert (started.timestamp, finished.timestamp) == ("2026-01-01T09:00:00Z", "2026-01-01T09:20:00.500000Z")


@pytest.mark.parametrize("mapping", [JUNIT, ROBOT])
def test_xml_of_something_else_is_an_error(mapping: str) -> None:
    """Not a report in which nothing was tried."""
    with pytest.raises(MappingError, match="is XML without a <"):
        translation(mapping, b"<html><body>404</body></html>")


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("passed.http", "success"),
        ("failed.http", "failure"),
        ("fewer-than-planned.http", "failure"),
        ("cut-off.http", "failure"),
        ("bailed-out.http", "error"),
        ("nothing-to-run.http", "success"),
    ],
)
def test_tap_reports_have_an_outcome(name: str, outcome: str) -> None:
    """A test that failed, a plan that was not kept or is not there, and giving up are three ways not to succeed."""
    assert suites(report(TAP, name)) == {"tests": outcome}


@pytest.mark.parametrize(
    ("line", "name", "outcome"),
    [
        ("ok 1 - adds", "adds", "success"),
        ("ok 1 adds", "adds", "success"),
        ("ok - adds", "adds", "success"),
        ("ok 1", "1", "success"),
        ("not ok 1 - adds", "adds", "failure"),
        ("not ok 1 - adds # TODO later", "adds", "success"),
        ("not ok 1 - adds # todo", "adds", "success"),
        ("ok 1 - adds # SKIP no network", "adds", "skipped"),
        ("ok 1 # skipped", "1", "skipped"),
        ("not ok 1 - bug #12", "bug #12", "failure"),
        (r"not ok 1 - an escaped \# TODO", "an escaped # TODO", "failure"),
    ],
)
def test_tap_lines_are_tests(line: str, name: str, outcome: str) -> None:
    """The number, the description and the directive are there or not, as testanything.org has it."""
    assert outcomes(tap(f"TAP version 13\n1..1\n{line}\n# a comment\n")) == {name: outcome}


def test_tap_leaves_what_is_no_test_alone() -> None:
    """Comments, YAML blocks, subtests and other output."""
    noise = "okay then\n# ok 8\n  ---\n  ok: 9\n  ...\n    ok 1 - inside\n    1..1\n"
    assert outcomes(tap(f"1..1\n{noise}ok 1 - outer\n")) == {"outer": "success"}


def test_tap_runs_are_named_by_whoever_posts_them() -> None:
    """With the header, a report that is sent again is the same run; without it, it is one of its own time."""
    body = b"1..1\nok 1 - adds\n"
    named = events(TAP, body, {"x-test-run": "https://ci.example.com/job/shop/7/"})
    assert named[0].subject_id == "tests/https://ci.example.com/job/shop/7/"
    assert named[0].id != tap(body.decode())[0].id


def test_text_that_is_no_tap_is_told() -> None:
    """It is counted as unmatched, and not a run without tests."""
    assert translation(TAP, b"make: *** [test] Error 2\n").unmatched == 1


def test_robot_framework_of_any_version_is_read() -> None:
    """Before 7.0 times were written otherwise."""
    old = report(ROBOT, "robot-4.xml", time_zone="+01:00")
    assert [each.timestamp for each in old] == [
        "2026-01-01T12:00:00.200000Z",
        "2026-01-01T12:00:02Z",
        "2026-01-01T12:00:00.250000Z",
        "2026-01-01T12:00:00.350000Z",
    ]
    new = report(ROBOT, "robot-7.xml")
    assert suites(new) == {"Shop": "failure", "Checkout": "failure"}
    assert outcomes(new) == {
        "Checkout.Pay by card": "success",
        "Checkout.Pay by voucher": "failure",
        "Checkout.Pay in cash": "skipped",
    }


@pytest.mark.parametrize(("status", "outcome"), [("PASS", "success"), ("SKIP", "cancel"), ("NOT RUN", "error")])
def test_robot_suites_have_an_outcome(status: str, outcome: str) -> None:
    """A status that is unknown is an error."""
    body = f'<robot><suite id="s1" name="S"><status status="{status}" starttime="N/A" endtime="N/A"/></suite></robot>'
    assert suites(events(ROBOT, body.encode())) == {"S": outcome}


@pytest.mark.parametrize(("mapping", "path"), [each for each in REPORTS if each[1].suffix == ".xml"])
@pytest.mark.parametrize("damage", ["", " ", "x", "-1", "1e400", "nan", "9" * 30, "2026-13-01T00:00:00", "é|{}"])
def test_a_damaged_attribute_loses_no_report(mapping: str, path: Path, damage: str) -> None:
    """Whichever it is, all that the report tells of is told, and valid: times may be missing, counts are made anew."""
    text = path.read_text(encoding="utf-8", errors="replace").partition("?>")[2]
    for attribute in re.finditer(r'(?<= )\w+="([^"]*)"', text):
        found = translation(mapping, _with(text, attribute, damage).encode(), **EVERYTHING[mapping])
        assert found.errors == ()
        assert invalid(found.events) == []


def _with(text: str, attribute: re.Match[str], value: str) -> str:
    return text[: attribute.start(1)] + value + text[attribute.end(1) :]


ANYTHING = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters='<&"\ufffe\uffff'))
FLOATISH = st.from_regex(r"[-+]?[0-9.,' :]{1,12}(e[-+]?[0-9]{1,3}|ms|s| sec|NaN|Infinity)?", fullmatch=True)


@given(ANYTHING | FLOATISH, ANYTHING | FLOATISH | st.datetimes().map(str), st.permutations(["a", "b", "c"]))
def test_no_time_loses_a_report(took: str, when: str, order: list[str]) -> None:
    """Whatever stands for how long a suite or a test took, or for when it began, and in whichever order."""
    attributes = {"a": 'name="S"', "b": f'time="{took}"', "c": f'timestamp="{when}"'}
    written = " ".join(attributes[each] for each in order)
    body = f"<testsuite {written}><testcase {written}/><testcase name='U'><failure/></testcase></testsuite>"
    found = events(JUNIT, body.encode())
    assert suites(found) == {"S": "failure"}
    assert outcomes(found) == {"S": "success", "U": "failure"}
    assert invalid(found) == []
    assert len({each.id for each in found}) == len(found)
