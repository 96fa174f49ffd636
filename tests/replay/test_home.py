"""A JENKINS_HOME is an archive: years of builds become the events that a sidecar would have published."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import orjson
import pytest

from adapters.config import Config
from adapters.replay.archive import Shard
from adapters.replay.log import State
from adapters.replay.plan import Progress, Replay
from adapters.replay.run import replay
from tests.checkout import SAMPLES, needs_samples

BUILD = """<?xml version='1.1' encoding='UTF-8'?>
<build>
  <queueId>{number}</queueId>
  <timestamp>{timestamp}</timestamp>
  <startTime>{timestamp}</startTime>
  <result>SUCCESS</result>
  <duration>1000</duration>
</build>
"""
HOMES = SAMPLES / "jenkins" / "disk"


def home(folder: Path, jobs: int, builds: int) -> Path:
    """A home with so many jobs in a folder, each with so many builds."""
    for job in range(jobs):
        for number in range(1, builds + 1):
            build = folder / f"jobs/team/jobs/job{job}/builds/{number}"
            build.mkdir(parents=True)
            (build / "build.xml").write_text(BUILD.format(number=number, timestamp=1718000000000 + number * 1000))
    return folder


async def replayed(folder: Path, home: Path, shard: Shard | None = None) -> Progress:
    """What a replay of a home did, into `events.jsonl` of a folder."""
    config = Config.model_validate(
        {
            "sources": {
                "jenkins": {"type": "webhook", "path": "/", "instance": "https://ci/", "mapping": "jenkins/build"}
            },
            "sinks": {"file": {"type": "file", "path": folder / "events.jsonl"}},
            "routes": {"all": {"format": "cdevents", "sink": "file"}},
        }
    )
    plan = Replay(config, "jenkins", "all", [str(home)], folder / "state.json", shard=shard or Shard())
    return await replay(plan, lambda _: None)


def events(folder: Path) -> list[tuple[str, str]]:
    """What happened to which run, in order."""
    lines = (folder / "events.jsonl").read_bytes().splitlines()
    types = [(event["type"].split("."), event["subject"]) for event in map(orjson.loads, lines)]
    return [(predicate, subject) for (_, _, kind, predicate, *_), subject in types if kind == "pipelinerun"]


async def test_every_build_is_told_from_start_to_end(tmp_path: Path) -> None:
    """Each build of each job gives its start and its end, in the order of the numbers."""
    progress = await replayed(tmp_path, home(tmp_path / "home", 2, 11))
    assert (progress.records, progress.parked) == (44, 0)
    told = [subject for predicate, subject in events(tmp_path) if predicate == "finished"]
    assert told == [f"job/team/job/job{job}/{number}/" for job in range(2) for number in range(1, 12)]
    assert Counter(predicate for predicate, _ in events(tmp_path))["started"] == 22


async def test_broken_build_is_parked_by_its_folder(tmp_path: Path) -> None:
    """A build.xml that a crash cut off is a dead letter that names the build; its neighbours are told."""
    jenkins = home(tmp_path / "home", 1, 3)
    broken = jenkins / "jobs/team/jobs/job0/builds/2"
    (broken / "build.xml").write_text("<build><result>SUC")
    progress = await replayed(tmp_path, jenkins)
    assert progress.parked == 1
    letter = orjson.loads(State(tmp_path / "state.json").dead_letters.read_bytes())
    assert letter["where"] == str(broken)
    assert "build.xml" in letter["reason"]
    assert {subject for _, subject in events(tmp_path)} == {f"job/team/job/job0/{number}/" for number in (1, 3)}


async def test_shards_share_a_home(tmp_path: Path) -> None:
    """Three shards together tell every build once."""
    jenkins = home(tmp_path / "home", 3, 5)
    for index in range(3):
        await replayed(tmp_path, jenkins, Shard(index, 3))
    assert Counter(events(tmp_path).count(each) for each in events(tmp_path)) == {1: 30}


@needs_samples
@pytest.mark.parametrize("name", ["freestyle-home", "junit-home", "multibranch-home", "pipeline-running-home"])
async def test_real_homes_are_read(tmp_path: Path, name: str) -> None:
    """Homes that real controllers wrote give valid events, and nothing of them is parked."""
    progress = await replayed(tmp_path, HOMES / name)
    assert progress.parked == 0
    assert progress.events.total() > 0
