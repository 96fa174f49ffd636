"""Years of builds in a JENKINS_HOME: how fast a new sidecar catches up with them, and what watching them takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.etree import ElementTree as ET

import psutil

from adapters.sources.jenkins_home.reader import Reader
from adapters.sources.jenkins_home.stamps import Stamps
from adapters.sources.jenkins_home.tree import Tree
from adapters.sources.jenkins_home.watch import Watch
from bench.service import started, wait_for_lines
from bench.table import Row
from tests.service import INSTANCE, Service
from tests.sources.jenkins_home.homes import Home, build, flow, freestyle, node, pipeline, settle
from tests.waiting import until

JOBS, BUILDS, FEWER = 500, 100, 10
ROUNDS = 5
SECONDS = 20.0

ACTIONS = """
<hudson.model.CauseAction><causeBag class="linked-hash-map"><entry>
<hudson.model.Cause_-UserIdCause><userId>jo</userId></hudson.model.Cause_-UserIdCause><int>1</int></entry></causeBag>
</hudson.model.CauseAction>
<hudson.model.ParametersAction><safeParameters class="sorted-set"/><parameters>
<hudson.model.StringParameterValue><name>STAGE</name><value>test</value></hudson.model.StringParameterValue>
</parameters><parameterDefinitionNames class="empty-list"/></hudson.model.ParametersAction>
<hudson.plugins.git.util.BuildData plugin="git@5.2.1"><buildsByBranchName>
<entry><string>refs/remotes/origin/main</string><hudson.plugins.git.util.Build><marked plugin="git-client@4.6.0">
<sha1>5a5b5c5d5e5f50515253545556575859505a5b5c</sha1><branches class="list"><hudson.plugins.git.Branch>
<sha1>5a5b5c5d5e5f50515253545556575859505a5b5c</sha1><name>refs/remotes/origin/main</name></hudson.plugins.git.Branch>
</branches></marked><hudsonBuildNumber>1</hudsonBuildNumber></hudson.plugins.git.util.Build></entry></buildsByBranchName>
<remoteUrls><string>https://git.example.com/shop.git</string></remoteUrls></hudson.plugins.git.util.BuildData>
"""
STAGES = [
    written
    for first in range(3, 18, 3)
    for written in (
        node(first, "StepStartNode", parent=first - 1, stage=f"Stage {first // 3}"),
        node(first + 1, "StepAtomNode", parent=first),
        node(first + 2, "StepEndNode", parent=first + 1, start=first),
    )
]


class Watched(NamedTuple):
    """Builds a second until all were published, and the percentage of a core that watching them takes after that."""

    rate: float
    share: float


def rows() -> Iterator[Row]:
    """Freestyle builds of 2 KB, and Pipelines of five stages; each build's start and end in both forms in files."""
    many = _watched(JOBS, BUILDS, _freestyle)
    yield Row(f"jenkins_home: {JOBS * BUILDS:,} builds caught up", many.rate, "builds/s", at_least=2000)
    yield Row(f"jenkins_home: {JOBS * BUILDS:,} builds watched", many.share, "% of a core", at_most=2)
    fewer = _watched(JOBS, FEWER, _pipeline)
    yield Row(f"jenkins_home: {JOBS * FEWER:,} Pipelines caught up", fewer.rate, "builds/s", at_least=2000)
    read, parsed = _read(JOBS, FEWER)
    yield Row("jenkins_home: Pipelines read, beside their files parsed", read, "builds/s", parsed, at_least=0.5)


def _freestyle(job: Path, number: int) -> None:
    build(job, number, freestyle(actions=ACTIONS), log=b"Started by user jo\nFinished: SUCCESS\n")


def _pipeline(job: Path, number: int) -> None:
    flow(build(job, number, pipeline(actions=ACTIONS), log=b"Started by user jo\nFinished: SUCCESS\n"), *STAGES)


def _made(home: Home, jobs: int, builds: int, make: Callable[[Path, int], None]) -> None:
    for name in range(jobs):
        job = home.job(f"job-{name}")
        for number in range(1, builds + 1):
            make(job, number)
        settle(job / "builds", job)


def _read(jobs: int, builds: int) -> tuple[float, float]:
    """Pipelines a second of processor time: described, and with all their files parsed by themselves and no more."""
    with TemporaryDirectory(prefix="bench-") as folder:
        _made(Home(Path(folder)), jobs, builds, _pipeline)
        paths = [*Path(folder).glob("jobs/*/builds/**/*.xml")]
        figures = [(_seconds(lambda: _described(folder)), _seconds(lambda: _parsed(paths))) for _ in range(ROUNDS)]
        read, parsed = (jobs * builds / median(each) for each in zip(*figures, strict=True))
        return read, parsed


def _described(home: str) -> None:
    stamps = Stamps(time.time_ns)
    for _ in Watch(Tree(home, stamps), stamps, Reader(16 << 20), {}).look():
        pass


def _parsed(paths: Sequence[Path]) -> None:
    for path in paths:
        ET.fromstring(path.read_bytes().partition(b"?>")[2])  # without the declaration of XML 1.1, which expat refuses


def _seconds(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _watched(jobs: int, builds: int, make: Callable[[Path, int], None]) -> Watched:
    with TemporaryDirectory(prefix="bench-") as folder:
        _made(Home(Path(folder)), jobs, builds, make)
        source = {"type": "jenkins-home", "home": folder, "instance": INSTANCE, "mapping": "jenkins/build"}
        began = time.perf_counter()
        with started(sources={"jenkins": source}) as service:
            wait_for_lines(service.folder / "legacy.jsonl", 2 * jobs * builds)
            until(lambda: not service.lag(), timeout=600)
            rate = jobs * builds / (time.perf_counter() - began)
            return Watched(rate, _share(service))


def _share(service: Service) -> float:
    """Percent of a core over some seconds."""
    assert service.process is not None
    process = psutil.Process(service.process.pid)
    process.cpu_percent()
    time.sleep(SECONDS)
    return float(process.cpu_percent())
