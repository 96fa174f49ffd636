"""What the mappings of test reports make of suites and tests that are called the same, and of words for an outcome."""

from __future__ import annotations

import pytest

from adapters.errors import MappingError
from tests.mappings.support import events, instance
from tests.mappings.test_reports import JUNIT, ROBOT, TAP, outcomes, report

OF_RUN = {"x-test-run": f"{instance(JUNIT)}job/cellar/7/"}


def test_suites_of_one_name_and_time_are_two() -> None:
    """As of mocha, for `describe`s of one title in two others: neither takes the other's place, or its outcome."""
    found = [each for each in report(JUNIT, "same-names.xml") if each.name == "testsuiterun.finished"]
    assert [each.content["outcome"] for each in found] == ["success", "failure"]
    assert len({each.id for each in found}) == len({each.subject_id for each in found}) == 2
    assert found[1].subject_id == f"{found[0].subject_id}#2"


def test_a_suite_is_known_whether_or_not_another_of_its_name_follows() -> None:
    """The first has the id that it has alone, and what is of another host is another one without a number."""
    one = '<testsuite name="a" hostname="h" timestamp="2026-03-09T08:07:06"><testcase name="t"/></testsuite>'
    alone = events(JUNIT, one.encode())
    elsewhere = one.replace("hostname", "package").replace('"h"', '"i"')
    both = events(JUNIT, f"<testsuites>{one}{elsewhere}</testsuites>".encode())
    assert [each.id for each in both[: len(alone)]] == [each.id for each in alone]
    assert not any("#" in each.subject_id for each in both)


def test_a_whole_run_ends_once_however_suites_are_nested() -> None:
    """As PHPUnit nests them: only the outermost is all of the run's tests."""
    inner = '<testsuite name="i" tests="1"><testcase name="t"/></testsuite>'
    outer = f'<testsuite name="o" tests="2" failures="1">{inner}<testcase name="u"><failure/></testcase></testsuite>'
    found = events(JUNIT, outer.encode(), OF_RUN, whole_run=True)
    assert [each.content["outcome"] for each in found if each.subject_id == "job/cellar/7/tests"] == ["failure"]


def test_reports_of_tap_in_one_file_are_suites_of_their_own() -> None:
    """Their points have one number each and still two ids; how long one took is not of its name, skipped or not."""
    found = report(TAP, "one-after-the-other.http")
    ended = [each for each in found if each.name == "testsuiterun.finished"]
    assert [(each.content["testSuite"]["id"], each.content["outcome"]) for each in ended] == [
        ("tests", "success"),
        ("tests#2", "failure"),
    ]
    assert len({each.id for each in found}) == len(found)
    assert outcomes(found) == {
        "draws a bottle": "skipped",
        "counts bottles": "success",
        "labels a bottle": "failure",
    }


def test_tests_of_old_robots_that_are_called_the_same_are_two() -> None:
    """Before 2.7 a name is all there is; what went wrong is not the line that says where."""
    found = [each for each in report(ROBOT, "reasons.xml") if each.name == "testcaserun.finished"]
    assert len({each.id for each in found}) == 2
    assert [each.content["reason"] for each in found] == [
        "Setup failed: the key is missing",
        "Several failures occurred: 1) the bottle is empty",
    ]


def test_a_status_is_an_outcome_where_it_says_one() -> None:
    """What neither passed nor failed is skipped; what was not tried to its end is in error."""
    assert {name.rpartition(".")[2]: how for name, how in outcomes(report(JUNIT, "said-by-status.xml")).items()} == {
        "Holds": "success",
        "IsLevel": "skipped",
        "IsOak": "skipped",
        "IsDry": "failure",
        "Ages": "error",
        "Creaks": "error",
    }


@pytest.mark.parametrize(
    ("inside", "outcome", "reason"),
    [
        ('<rerunFailure message="late"/>', "failure", "late"),
        ('<rerunError type="java.io.IOException"/>', "error", "java.io.IOException"),
        ('<failure type="Mismatch" message=""/>', "failure", "Mismatch"),
        ('<flakyFailure message="late"/>', "success", None),
    ],
)
def test_a_test_that_never_passed_has_failed(inside: str, outcome: str, reason: str | None) -> None:
    """Though only its second try says so; why is what there is to say, if only the type."""
    found = events(JUNIT, f'<testsuite name="a"><testcase name="t">{inside}</testcase></testsuite>'.encode())
    assert [(each.content["outcome"], each.content.get("reason")) for each in found[-1:]] == [(outcome, reason)]


def test_googletest_writes_whole_seconds_with_a_point() -> None:
    """`0.` and `2.` (FormatTimeInMillisAsSeconds)."""
    body = (
        b'<testsuite name="a" timestamp="2026-03-09T08:07:06.000" time="2."><testcase name="t" time="0."/></testsuite>'
    )
    found = events(JUNIT, body)
    assert (found[1].timestamp, found[-1].custom_data) == ("2026-03-09T08:07:08Z", {"seconds": 0})


def test_tests_without_a_suite_are_not_passed_over() -> None:
    """They are refused, not taken for a report of nothing."""
    with pytest.raises(MappingError, match="without a <testsuite>"):
        events(JUNIT, b'<testsuites><testcase name="t"><failure/></testcase></testsuites>')
