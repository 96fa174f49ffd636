"""Builds of years, of which most are read by another process."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from structlog.testing import capture_logs

from adapters.child.frames import framed
from adapters.child.process import Child, Ended
from adapters.model import Checkpoint, Notification
from adapters.sources.jenkins_home import backlog
from adapters.sources.jenkins_home.home import home
from adapters.sources.jenkins_home.source import SOON
from tests.sources.jenkins_home.homes import Heard, Home, build, flow, freestyle, node, pipeline, settings, source

JOBS, BUILDS = 4, SOON // 4
BEGUN = "another process reads the builds that are there"
GIVEN_UP = "no other process reads the builds that are there: this one does"


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twice as much as is told before another process reads, and a Pipeline that runs."""
    home = Home(tmp_path_factory.mktemp("years"))
    for name in range(JOBS):
        job = home.job(f"job-{name}")
        for number in range(1, BUILDS + 1):
            build(job, number, freestyle(started=1767225600000 + number * 1000))
    flow(build(home.job("web"), 1, pipeline(completed=False)), node(3, "StepStartNode", stage="Build"))
    return home.path


def said(logs: Sequence[Any], event: str) -> list[Any]:
    """The lines of a log with an event."""
    return [each for each in logs if each["event"] == event]


async def heard_of(home: Path, cores: float, heard: Heard | None = None) -> Heard:
    """What a source tells of a home in two looks."""
    heard = heard or Heard()
    watched = source(home, cores=cores)
    await watched.look(heard)
    await watched.look(heard)
    return heard


async def test_two_processes_tell_what_one_tells(years: Path) -> None:
    """In the same order, with the same checkpoints."""
    with capture_logs() as logs:
        one, two = await heard_of(years, cores=1), await heard_of(years, cores=2)
    assert two.notifications == one.notifications
    assert two.checkpoints == one.checkpoints
    assert len(said(logs, BEGUN)) == 1
    assert [each["builds"] for each in said(logs, "Jenkins home read")] == [JOBS * BUILDS + 1] * 2


@pytest.mark.parametrize("after", [0, 1])
async def test_what_a_killed_process_has_not_told_is_read_here(
    years: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Nothing is lost, nothing told twice, and the log says it; however many batches it had told."""
    hear, told = Child.hear, 0

    async def killed(child: Child) -> Any:
        nonlocal told
        if told == after:
            child.process.kill()
            await child.process.wait()
            raise Ended("killed")
        told += 1
        return await hear(child)

    monkeypatch.setattr(Child, "hear", killed)
    with capture_logs() as logs:
        heard = await heard_of(years, cores=2)
    assert heard.notifications == (await heard_of(years, cores=1)).notifications
    assert [each["reason"] for each in said(logs, GIVEN_UP)] == ["killed"]


async def test_without_a_second_process_all_is_read_here(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where no more processes may be started."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with capture_logs() as logs:
        heard = await heard_of(years, cores=2)
    assert heard.notifications == (await heard_of(years, cores=1)).notifications
    assert len(said(logs, GIVEN_UP)) == 1


@pytest.mark.parametrize(("cores", "builds"), [(1, JOBS * BUILDS), (8, SOON // 2)])
async def test_where_it_is_of_no_use_no_process_is_started(
    years: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cores: float, builds: int
) -> None:
    """On one core, and for what is told as soon as one is started."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    few = Home(tmp_path / "few").job("shop")
    for number in range(1, min(builds, SOON // 2) + 1):
        build(few, number, freestyle())
    with capture_logs() as logs:
        heard = await heard_of(years if cores == 1 else tmp_path / "few", cores)
    assert len([each for each in heard.events if each.startswith("finished")]) == builds
    assert not said(logs, GIVEN_UP)


class Stopped(Heard):
    """A journal whose process is told to stop once another one reads."""

    def __init__(self, logs: Sequence[Any]) -> None:
        super().__init__()
        self.logs = logs

    async def __call__(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Keeps all of it."""
        await super().__call__(notifications, checkpoints)
        if said(self.logs, BEGUN):
            raise asyncio.CancelledError


async def test_who_stops_leaves_no_process_behind(years: Path) -> None:
    """It is gone when the source is, and nothing is said of that."""
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await source(years, cores=2).run(Stopped(logs))
    assert not psutil.pid_exists(said(logs, BEGUN)[0]["pid"])
    assert not said(logs, GIVEN_UP)


@pytest.mark.parametrize("asks", [True, False])
def test_the_process_ends_with_the_one_that_started_it(years: Path, asks: bool) -> None:
    """However that ends: the system closes its sockets."""
    ours, theirs = socket.socketpair()
    with ours, theirs, subprocess.Popen([sys.executable, "-m", backlog.READER], stdin=theirs.fileno()) as process:
        theirs.close()
        if asks:
            ours.sendall(framed((tuple(home(settings(years), 0)), {})))
            assert ours.recv(1)
        ours.close()
        assert process.wait(60) == 0


async def test_what_the_process_logs_is_logged_here(years: Path) -> None:
    """A problem of a file that only it has read."""
    report = years / f"jobs/job-{JOBS - 1}/builds/{BUILDS}/build.xml"
    before = report.read_text()
    report.write_text(before.replace("</build>", f"<actions>{'x' * 10}</build>"))
    try:
        with capture_logs() as logs:
            await heard_of(years, cores=2)
    finally:
        report.write_text(before)
    assert {each["build"] for each in said(logs, "build skipped until it changes")} == {str(report.parent)}
