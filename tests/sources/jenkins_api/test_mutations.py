"""Answers of Jenkins in which anything may be anything: each fault costs itself, and the polling goes on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tests.checkout import CASES, needs_cases
from tests.sources.jenkins_api.fake import FakeJenkins, pipeline, run, source
from tests.sources.jenkins_home.homes import STARTED, Heard

GOOD = "job/zz-good/"
ODD: list[Any] = [None, "", "x", -1, 0, 1.5, 2**63 - 1, True, [], {}, [None], [{}], {"number": "x"}, "\u0663"]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value, its root excepted."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*at, key)
        yield from places(value[key], (*at, key))


def body(value: Any) -> bytes:
    """As JSON, in which the largest number is one beyond all that can be counted to."""
    return orjson.dumps(value).replace(str(2**63 - 1).encode(), b"9" * 30)


def mutate(value: Any, chance: random.Random) -> None:
    """Makes something else of one place in a value."""
    *parents, key = chance.choice(list(places(value)))
    for parent in parents:
        value = value[parent]
    value[key] = chance.choice(ODD)


@pytest.mark.parametrize("seed", range(60))
async def test_mutated_builds_cost_themselves_only(jenkins: FakeJenkins, heard: Heard, seed: int) -> None:
    """Whatever an answer says of builds, stages and the queue, the good job is told."""
    chance = random.Random(seed)
    cause = {"upstreamUrl": "job/up/", "upstreamBuild": 3, "userId": "ada"}
    actions = [{"causes": [cause]}, {"parameters": [{"name": "A", "value": "b"}]}, {"failCount": 1, "totalCount": 4}]
    actions += [{"lastBuiltRevision": {"SHA1": "ab", "branch": [{"name": "main"}]}, "remoteUrls": ["https://git/x"]}]
    stage = {"id": "6", "name": "Build", "status": "FAILED", "startTimeMillis": STARTED, "durationMillis": 5}
    odd = [pipeline(1, actions=actions), run(2)]
    jenkins.stages = {"job/a/1/": [stage]}
    jenkins.queue = [{"id": 1001, "inQueueSince": STARTED}]
    for _ in range(2):
        mutate(chance.choice([odd, jenkins.stages["job/a/1/"], jenkins.queue]), chance)
    jenkins.failures = {
        "^job/a/api": [(200, {}, body({"lastBuild": {"number": 2}, "allBuilds": odd[::-1]}))],
        "^job/a/1/wfapi": [(200, {}, body({"stages": jenkins.stages["job/a/1/"]}))],
        "^queue": [(200, {}, body({"items": jenkins.queue}))],
        "^job/a/1/api": [(200, {}, body(odd[0]))],
    }
    jenkins.jobs = {"job/a/": [run(1), run(2)], GOOD: [run(1)]}
    await source().poll(heard)
    assert [event for event in heard.events if GOOD in event] == [
        f"{each} {GOOD}1/" for each in ("started", "finished")
    ]


@pytest.mark.parametrize("seed", range(40))
async def test_mutated_jobs_cost_themselves_only(jenkins: FakeJenkins, heard: Heard, seed: int) -> None:
    """Whatever is said of a folder and what is in it."""
    folder = {"name": "f", "jobs": [{"name": "a", "lastBuild": {"number": 1}, "nextBuildNumber": 2}]}
    good = {"name": "zz-good", "lastBuild": {"number": 1}, "nextBuildNumber": 2}
    mutate(folder, random.Random(seed))
    jenkins.jobs = {GOOD: [run(1)], "job/f/job/a/": [run(1)]}
    jenkins.failures = {"^api/json": [(200, {}, body({"jobs": [folder, None, 7, good]}))]}
    await source().poll(heard)
    assert f"finished {GOOD}1/" in heard.events


@needs_cases
async def test_a_chain_of_builds_has_one_root(jenkins: FakeJenkins, heard: Heard) -> None:
    """As their files say it."""
    state = orjson.loads((CASES / "jenkins" / "api" / "chain-state.json").read_bytes())
    jenkins.jobs = state["builds_of"]
    await source().poll(heard)
    assert {document["root"] for document in heard.documents} == {"job/unit/1/"}
