"""Builds that Jenkins did not live to see the end of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sources.jenkins_home.homes import STARTED, Heard, Home, build, freestyle, pipeline, save, source

CUT_OFF = freestyle(result=None, duration=0)


def restarted(home: Path, milliseconds: int) -> None:
    """Jenkins touches a file when it starts."""
    (home / ".lastStarted").touch()
    os.utime(home / ".lastStarted", ns=(0, milliseconds * 10**6))


async def outcome(home: Home, heard: Heard, number: int = 1) -> str | None:
    """The result that is told of a build, None for one that goes on."""
    await source(home.path).look(heard)
    ends = [each for each in heard.documents if (each["event"], each["number"]) == ("finished", number)]
    return ends[0]["result"] if ends else None


async def test_a_build_that_may_still_run_has_no_end(home: Home, heard: Heard) -> None:
    """Its file was saved before its end, for a description or to be kept: nothing says that it is over."""
    build(home.job("shop"), 1, CUT_OFF)
    restarted(home.path, STARTED - 1)
    assert await outcome(home, heard) is None


async def test_a_build_from_before_the_last_start_is_over(home: Home, heard: Heard) -> None:
    """No build survives Jenkins, but for a Pipeline's, and what has no result is a failure (`Run.reload`)."""
    build(home.job("shop"), 1, CUT_OFF)
    restarted(home.path, STARTED + 60_000)
    assert await outcome(home, heard) == "FAILURE"


async def test_a_build_with_another_after_it_is_over(home: Home, heard: Heard) -> None:
    """A job runs one build at a time."""
    build(home.job("shop"), 1, CUT_OFF)
    build(home.job("shop"), 2, CUT_OFF)
    assert await outcome(home, heard) == "FAILURE"
    assert heard.events[-1] == "started job/shop/2/"


async def test_a_job_that_runs_several_at_once_says_nothing_so(home: Home, heard: Heard) -> None:
    """Where it may run two, the first may go on."""
    shop = home.job("shop")
    (shop / "config.xml").write_text("<project><concurrentBuild>true</concurrentBuild></project>")
    build(shop, 1, CUT_OFF)
    build(shop, 2, freestyle())
    assert await outcome(home, heard) is None


@pytest.mark.parametrize(
    "content",
    [freestyle(result=None), pipeline().replace("<result>SUCCESS</result>", "")],
    ids=["freestyle", "Pipeline"],
)
async def test_a_build_that_ended_without_a_result_failed(home: Home, heard: Heard, content: str) -> None:
    """So Jenkins has it (`Run.reload`, `WorkflowRun.onLoad`)."""
    build(home.job("shop"), 1, content)
    assert await outcome(home, heard) == "FAILURE"


async def test_a_pipeline_goes_on_after_a_restart(home: Home, heard: Heard) -> None:
    """Jenkins resumes it: it is over when its file says so."""
    web = home.job("web", kind="flow-definition")
    directory = build(web, 1, pipeline(completed=False))
    build(web, 2, pipeline())
    restarted(home.path, STARTED + 60_000)
    assert await outcome(home, heard) is None
    save(directory / "build.xml", pipeline(result="ABORTED"))
    assert await outcome(home, heard) == "ABORTED"


async def test_a_start_is_told_and_then_the_end_that_a_restart_shows(home: Home, heard: Heard) -> None:
    """While the home is watched."""
    shop = home.job("shop")
    watched = source(home.path)
    await watched.look(heard)
    directory = build(shop, 1)
    await watched.look(heard)
    save(directory / "build.xml", CUT_OFF)
    await watched.look(heard)
    restarted(home.path, STARTED + 60_000)
    await watched.look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]
