"""The results of tests."""

from __future__ import annotations

import pytest

from tests.sources.jenkins_home.homes import Heard, Home, build, freestyle, pipeline, source

ACTION = (
    "<hudson.tasks.junit.TestResultAction><failCount>{}</failCount><skipCount>1</skipCount>"
    "<totalCount>4</totalCount></hudson.tasks.junit.TestResultAction>"
)
CASE = (
    "<case><className>com.example.CartTest</className><testName>{}</testName><skipped>{}</skipped>"
    "<failedSince>{}</failedSince></case>"
)
RESULT = "<?xml version='1.1'?><result><suites><suite><cases>{}</cases></suite></suites></result>"
CASES = [("testA", "false", 0), ("testB", "true", 0), ("testC", "false", 0), ("testD", "false", 6)]
JUNIT = RESULT.format("".join(CASE.format(*case) for case in CASES)).encode()
COUNTS = {"total": 4, "failed": 1, "passed": 2, "skipped": 1}


@pytest.mark.parametrize("actions", ["", ACTION.format(1)])
async def test_names_of_failed_tests_are_read(home: Home, heard: Heard, actions: str) -> None:
    """The numbers are the build's, and those of junitResult.xml where the build has none."""
    build(home.job("shop"), 1, freestyle(actions=actions), junitResult__xml=JUNIT)
    build(home.job("web"), 1, pipeline(actions=actions), junitResult__xml=JUNIT)
    await source(home.path).look(heard)
    expected = {**COUNTS, "failed_tests": ["com.example.CartTest.testD"]}
    assert [document["tests"] for document in heard.documents[1::2]] == [expected, expected]


async def test_where_no_test_failed_the_file_is_not_read(home: Home, heard: Heard) -> None:
    """It may be large, and the build's numbers say all."""
    build(home.job("shop"), 1, freestyle(actions=ACTION.format(0)), junitResult__xml=JUNIT)
    await source(home.path).look(heard)
    assert heard.documents[1]["tests"] == {"total": 4, "failed": 0, "passed": 3, "skipped": 1}


async def test_a_build_without_tests_has_none(home: Home, heard: Heard) -> None:
    """No zeros are made up."""
    build(home.job("shop"), 1, freestyle())
    await source(home.path).look(heard)
    assert "tests" not in heard.documents[1]


@pytest.mark.parametrize("last", [b"Finished: SUCCESS\n", b"Beendet: SUCCESS", b"Finished: SUCCESS\r\n"])
async def test_a_build_that_took_no_time_is_over_when_its_log_says_so(home: Home, heard: Heard, last: bytes) -> None:
    """A result without a duration may be one from the middle of the build, but for the log's last line."""
    build(home.job("shop"), 1, freestyle(duration=0), log=b"Started\n" + last)
    await source(home.path).look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]


async def test_a_build_with_a_result_goes_on_while_its_log_does(home: Home, heard: Heard) -> None:
    """A script that sets the result early does not end the build."""
    build(home.job("shop"), 1, freestyle(duration=0), log=b"SUCCESS\nmore\n")
    await source(home.path).look(heard)
    assert heard.events == ["started job/shop/1/"]
