"""Reports that nobody knew what to do with, from the bug reports of others: each by what is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.model import CDEvent
from tests.checkout import CASES, needs_cases
from tests.mappings.support import HEARD, events, invalid

pytestmark = needs_cases

REPORTS = CASES / "reports"
HEARD_AT = f"{HEARD:%Y-%m-%dT%H:%M:%S}.000Z"


def told(mapping: str, path: Path) -> list[tuple[str, ...]]:
    """What ended, or was skipped: its name and how."""
    found = events(mapping, path.read_bytes())
    assert invalid(found) == []
    assert len({each.id for each in found}) == len(found)
    return [_ended(each) for each in found if not each.name.endswith("started")]


def _ended(event: CDEvent) -> tuple[str, ...]:
    what = event.content.get("testSuite") or event.content["testCase"]
    return (what["id"], event.content.get("outcome", "skipped"))


OF_JUNIT = {
    "mocha-xunit": [("Mocha Tests", "failure"), ("A.x", "success"), ("A.y", "failure")],
    "retries": [("S", "failure"), ("c.a", "success"), ("c.a", "failure")],
    "suite-level-error": [("S", "error")],
    "surrogates": [("S", "failure"), ("c.emoji", "failure")],
    "testng-utc": [("com.example.SlotTest", "success"), ("com.example.SlotTest.a", "success")],
    "latin1-declared-utf8": [("S", "success"), ("c.grüße", "success")],
    "windows1252": [("S", "success"), ("c.grüße €", "success")],
}
"""What else than one suite of one test that passed there is to tell."""


@pytest.mark.parametrize("path", sorted((REPORTS / "junit").glob("*.xml")), ids=lambda path: path.stem)
def test_no_report_of_junit_is_lost(path: Path) -> None:
    """Whatever its encoding, and whatever stands for a time."""
    assert told("junit/report", path) == OF_JUNIT.get(path.stem, [("S", "success"), ("c.a", "success")])


SECONDS = {
    "clock": "01.500000",
    "comma-decimal": "00.160000",
    "comma-decimal2": "00.030000",
    "exp": "00.000150",
    "unit": "00.002000",
    **dict.fromkeys(["xmlns", "utf16", "utf16be-nobom", "bom", "fffe", "doctype", "empty-attrs"], "01"),
    **dict.fromkeys(["empty", "inf", "nan", "neg"], "00"),
}
TIMES = {
    **{name: f"2026-01-02T00:00:{seconds}Z" for name, seconds in SECONDS.items()},
    "german-thousand": "2026-01-02T00:20:34.500000Z",
    "thousand": "2026-01-02T00:20:34.500000Z",
    "epoch": "2021-02-18T09:12:34Z",
    "mocha-xunit": "2022-12-03T23:10:07.012000Z",
    "testng-utc": "2021-03-07T10:36:56.116000Z",
}


@pytest.mark.parametrize("name", TIMES)
def test_times_of_junit_are_read_or_left_out(name: str) -> None:
    """A suite that took no length that can be read ends when it began."""
    found = events("junit/report", (REPORTS / "junit" / f"{name}.xml").read_bytes())
    assert {each.timestamp for each in found if each.name == "testsuiterun.finished"} == {TIMES[name]}


def test_googletest_skips_as_it_did_before_it_had_an_element_for_it() -> None:
    """`result="skipped"` of a case that was run; its suite has no time of its own."""
    assert told("junit/report", REPORTS / "gtest-skip-old.xml") == [
        ("TestExecutors", "success"),
        ("rclcpp.TestExecutors.detach", "skipped"),
    ]


OF_TAP = {
    "bail": [("tests", "error"), ("a", "success")],
    "bats": [("tests", "failure"), ("addition works", "success"), ("divides", "failure"), ("third", "skipped")],
    "bom": [("tests", "success"), ("a", "success")],
    "crlf": [("tests", "failure"), ("first", "success"), ("second", "failure"), ("third", "skipped")],
    "dupnum": [("tests", "success"), ("a", "success"), ("b", "success")],
    "esc": [("tests", "success"), ("café # not a directive", "success")],
    "nodetap": [("tests", "success"), ("test/a.js", "success"), ("test/b.js", "success")],
    "nodetest": [("tests", "success"), ("outer", "success")],
    "nonumber": [("tests", "failure"), ("1", "success"), ("2", "failure")],
    "planend": [("tests", "success"), ("a", "success"), ("b", "success")],
    "skipall": [("tests", "success")],
}


@pytest.mark.parametrize("path", sorted((REPORTS / "tap").glob("*.tap")), ids=lambda path: path.stem)
def test_tap_is_read_as_its_producers_write_it(path: Path) -> None:
    """Names without how long it took, points without a number, and those of one number."""
    assert told("tap/report", path) == OF_TAP[path.stem]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("robot-suite-teardown", [("Fail", "failure"), ("Fail.One", "failure")]),
        ("robot25-no-ids", [("Othercases", "failure"), ("Othercases.Hello", "failure")]),
    ],
)
def test_robot_framework_says_what_it_made_of_a_run(name: str, expected: list[tuple[str, ...]]) -> None:
    """A suite's teardown that failed fails its tests; what has no ids is known by its names."""
    assert told("robot/output", REPORTS / f"{name}.xml") == expected
