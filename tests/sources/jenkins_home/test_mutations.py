"""Homes in which anything may be anything: each fault is its build's, and the watch goes on."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from adapters.reading.lines import Place
from adapters.replay.home import builds
from tests.sources.jenkins_home.homes import Heard, Home, build, flow, freestyle, node, pipeline, source

GOOD = ["started job/zz-good/1/", "finished job/zz-good/1/"]
ODD = ["9" * 30, str(2**63), "-1", "0", "", "\u0663", "1e9", "x" * 5000, "NaN", "<a/>", "<a reference='..'/>", "&#x1b;"]
UPSTREAM = (
    "<hudson.model.CauseAction><causes><hudson.model.Cause_-UpstreamCause><upstreamUrl>job/up/</upstreamUrl>"
    "<upstreamBuild>3</upstreamBuild></hudson.model.Cause_-UpstreamCause></causes></hudson.model.CauseAction>"
    "<hudson.tasks.junit.TestResultAction><failCount>1</failCount><skipCount>0</skipCount><totalCount>4</totalCount>"
    "</hudson.tasks.junit.TestResultAction>"
    "<hudson.plugins.promoted__builds.PromotionTargetAction><number>7</number>"
    "</hudson.plugins.promoted__builds.PromotionTargetAction>"
)
ERROR = "<wf.a.ErrorAction><error class='x'><result><name>ABORTED</name></result></error></wf.a.ErrorAction>"


def whole(home: Home) -> list[Path]:
    """A home with a bit of everything, and all of its files; a job in it is good, and stays so."""
    shop, web = home.job("shop"), home.job("web", kind="flow-definition")
    build(
        shop, 1, freestyle(actions=UPSTREAM), log=b"Finished: SUCCESS\n", junitResult__xml=b"<result><suites/></result>"
    )
    build(shop / "promotions" / "QA", 1, freestyle(actions=UPSTREAM))
    start, end = node(6, "StepStartNode", stage="Build"), node(9, "StepEndNode", parent=6, start=6, actions=ERROR)
    flow(build(web, 1, pipeline()), start, end)
    (web / "name-utf8.txt").write_text("web")
    files = [path for path in home.path.rglob("*") if path.is_file()]
    build(home.job("zz-good"), 1, freestyle())
    return sorted(files)


def mutated(content: str, chance: random.Random) -> str:
    """A content in which a text between tags is another, or a piece is gone."""
    texts = list(re.finditer(r"(?<=>)[^<>]+(?=<)|^[^<>]+$", content))
    if texts and chance.random() < 0.8:
        text = chance.choice(texts)
        return content[: text.start()] + chance.choice(ODD) + content[text.end() :]
    at = chance.randrange(len(content) + 1)
    return content[:at] + content[at + chance.randrange(200) :]


@pytest.mark.parametrize("seed", range(40))
async def test_a_mutated_home_costs_its_builds_only(home: Home, heard: Heard, seed: int) -> None:
    """Whatever any of its files say, the good job is told, live and by replay, and nothing ends the watch."""
    chance = random.Random(seed)
    for path in chance.sample(whole(home), 4):
        path.write_text(mutated(path.read_text(encoding="utf-8"), chance), encoding="utf-8")
    watched = source(home.path)
    await watched.look(heard)
    await watched.look(heard)
    assert [event for event in heard.events if "zz-good" in event] == GOOD
    for unit in builds(home.path):
        try:
            list(unit.read("jenkins", Place()))
        except ValueError as error:
            assert str(error)


@pytest.mark.parametrize("name", ["99999999999999999999", "2147483648", "0", "-1", "1.bak", "\u0663", "1" * 255])
@pytest.mark.parametrize("where", ["builds", "jobs", "jobs/shop/promotions", "jobs/grid/configurations"])
async def test_folders_with_odd_names_hold_nothing_up(home: Home, heard: Heard, where: str, name: str) -> None:
    """A number beyond what Jenkins counts to is no build's."""
    whole(home)
    folder = home.job("shop") / "builds" if where == "builds" else home.path / where
    (folder / name).mkdir(parents=True, exist_ok=True)
    await source(home.path).look(heard)
    assert set(GOOD) <= set(heard.events)


async def test_a_name_that_is_no_text_is_told(home: Home, heard: Heard) -> None:
    """A file system keeps bytes."""
    build(home.job("a"), 1, freestyle())
    (home.path / "jobs" / "a").rename(home.path / "jobs" / os.fsdecode(b"caf\xe9"))
    await source(home.path).look(heard)
    assert heard.events == ["started job/caf%E9/1/", "finished job/caf%E9/1/"]


@pytest.mark.slow
async def test_references_without_end_are_followed_for_a_while(home: Home, heard: Heard) -> None:
    """Two thousand of them, one to the next, and two thousand causes in each other."""
    chain = "".join(
        f"<hudson.model.CauseAction reference='../hudson.model.CauseAction[{n + 2}]'/>" for n in range(2000)
    )
    deep = "<upstreamCauses><hudson.model.Cause_-UpstreamCause>" * 2000
    deep += "</hudson.model.Cause_-UpstreamCause></upstreamCauses>" * 2000
    build(home.job("chain"), 1, freestyle(actions=chain))
    build(home.job("deep"), 1, freestyle(actions=f"<x>{deep}</x>"))
    build(home.job("zz-good"), 1, freestyle())
    await source(home.path).look(heard)
    assert set(GOOD) <= set(heard.events)
