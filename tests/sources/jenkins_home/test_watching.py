"""One test for each thing that happens to a JENKINS_HOME while it is watched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.sources.jenkins_home.homes import STARTED, Heard, Home, build, flow, freestyle, node, pipeline, save, source


async def test_what_was_there_is_told_in_order(home: Home, heard: Heard) -> None:
    """The first look tells each job's builds from the oldest, start before end."""
    shop = home.job("shop")
    for number in (1, 2, 10):
        build(shop, number, freestyle())
    await source(home.path).look(heard)
    assert heard.events == [f"{event} job/shop/{n}/" for n in (1, 2, 10) for event in ("started", "finished")]
    assert heard.progress == {"job/shop/": '{"top":10,"open":{}}'}


async def test_a_second_look_has_nothing_to_tell(home: Home, heard: Heard) -> None:
    """What was told is not told again, and the checkpoints are not written again either."""
    build(home.job("shop"), 1, freestyle())
    watched = source(home.path)
    await watched.look(heard)
    again = Heard()
    await watched.look(again)
    assert (again.notifications, again.checkpoints) == ([], {})


async def test_without_history_only_what_comes_is_told(home: Home, heard: Heard) -> None:
    """Builds from before the very first start are passed over; those after it are not."""
    shop = home.job("shop")
    build(shop, 1, freestyle())
    watched = source(home.path, history=False)
    await watched.look(heard)
    build(shop, 2, freestyle())
    build(home.job("new"), 1, freestyle())
    await watched.look(heard)
    assert heard.events == [f"{each} job/{job}/" for job in ("shop/2", "new/1") for each in ("started", "finished")]


async def test_a_freestyle_build_is_told_when_it_starts_and_when_it_ends(home: Home, heard: Heard) -> None:
    """Its directory is its start; the build.xml, which Jenkins writes last, is its end."""
    shop = home.job("shop")
    build(shop, 1, freestyle())
    watched = source(home.path)
    await watched.look(heard)
    directory = build(shop, 2, log=b"Started by user Ada\n")
    await watched.look(heard)
    assert heard.events[2:] == ["started job/shop/2/"]
    assert heard.documents[2]["started"] == directory.stat().st_mtime_ns // 10**6
    save(directory / "build.xml", freestyle(result="FAILURE"))
    await watched.look(heard)
    assert heard.events[3:] == ["finished job/shop/2/"]
    assert heard.documents[3]["result"] == "FAILURE"


async def test_a_directory_without_build_xml_from_before_is_waited_for(home: Home, heard: Heard) -> None:
    """A crash of Jenkins leaves such directories for ever: they are no builds that start now."""
    directory = build(home.job("shop"), 1, log=b"Started\n")
    watched = source(home.path)
    await watched.look(heard)
    assert heard.events == []
    save(directory / "build.xml", freestyle())
    await watched.look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]


async def test_a_pipeline_is_told_from_its_build_xml(home: Home, heard: Heard) -> None:
    """Its directory comes a moment before the file that says with what it was started: that is waited for."""
    web = home.job("web", kind="flow-definition")
    watched = source(home.path)
    await watched.look(heard)
    directory = build(web, 1)
    await watched.look(heard)
    assert heard.events == []
    save(directory / "build.xml", pipeline(completed=False))
    await watched.look(heard)
    assert heard.events == ["started job/web/1/"]
    save(directory / "build.xml", pipeline())
    await watched.look(heard)
    assert heard.events == ["started job/web/1/", "finished job/web/1/"]


async def test_stages_are_told_while_a_pipeline_runs(home: Home, heard: Heard) -> None:
    """Each stage's start and end is told as its node is saved, with the times of the nodes."""
    web = home.job("web")
    directory = build(web, 1, pipeline(completed=False))
    watched = source(home.path)
    await watched.look(heard)
    flow(directory, node(2, "FlowStartNode"), node(6, "StepStartNode", parent=2, stage="Build"))
    await watched.look(heard)
    flow(directory, node(9, "StepEndNode", parent=6, start=6))
    await watched.look(heard)
    save(directory / "build.xml", pipeline())
    await watched.look(heard)
    assert [document["event"] for document in heard.documents] == ["started", "progress", "progress", "finished"]
    began = {"id": "6", "name": "Build", "started": STARTED + 6}
    assert heard.documents[1]["stages_started"] == [began]
    assert heard.documents[2]["stages_finished"] == [{**began, "finished": STARTED + 9, "status": "SUCCESS"}]
    assert heard.progress == {"job/web/": '{"top":1,"open":{}}'}


async def test_two_saves_within_a_tick_of_the_clock_are_two(home: Home, heard: Heard) -> None:
    """A file system's clock is coarse: a build.xml may be replaced and look as old as before."""
    directory = build(home.job("web"), 1, pipeline(completed=False))
    watched = source(home.path)
    await watched.look(heard)
    time = (directory / "build.xml").stat().st_mtime_ns
    save(directory / "build.xml", pipeline())
    os.utime(directory / "build.xml", ns=(time, time))
    await watched.look(heard)
    assert heard.events == ["started job/web/1/", "finished job/web/1/"]


async def test_folders_and_branches_are_looked_into(home: Home, heard: Heard) -> None:
    """URLs follow the folders; a branch is called what name-utf8.txt says, not what its directory is called."""
    build(home.job("team", "jobs", "shop"), 1, freestyle())
    branch = home.job("team", "jobs", "web", "branches", "feature-login.h4sh")
    (branch / "name-utf8.txt").write_text("feature%2Flogin")
    build(branch, 5, pipeline())
    await source(home.path).look(heard)
    assert heard.events[::2] == ["started job/team/job/shop/1/", "started job/team/job/web/job/feature%252Flogin/5/"]


async def test_jobs_that_come_are_found(home: Home, heard: Heard) -> None:
    """A new job, a folder that gets its first job, a job that gets its first build."""
    (home.path / "jobs" / "team").mkdir()
    empty = home.job("empty")
    watched = source(home.path)
    await watched.look(heard)
    build(empty, 1, freestyle())
    build(home.job("team", "jobs", "shop"), 1, freestyle())
    build(home.job("top"), 1, freestyle())
    await watched.look(heard)
    assert sorted(heard.events[::2]) == [f"started job/{job}/1/" for job in ("empty", "team/job/shop", "top")]


async def test_a_job_that_is_deleted_is_forgotten(home: Home, heard: Heard) -> None:
    """Its checkpoint goes, and with a folder's those of all that is in it."""
    build(home.job("shop"), 1, freestyle())
    build(home.job("team", "jobs", "a"), 1, freestyle())
    watched = source(home.path)
    await watched.look(heard)
    shutil.rmtree(home.path / "jobs" / "team")
    await watched.look(heard)
    assert heard.checkpoints.keys() == {"job/shop/"}


async def test_a_job_that_was_deleted_while_nobody_looked_is_forgotten(home: Home, heard: Heard) -> None:
    """Checkpoints of jobs that are not there any more do not stay for ever."""
    build(home.job("shop"), 1, freestyle())
    heard.checkpoints["job/gone/"] = '{"top":3,"open":{}}'
    await source(home.path, heard.checkpoints).look(heard)
    assert heard.checkpoints.keys() == {"job/shop/"}


@pytest.mark.parametrize("missing", ["unmounted", "empty"])
async def test_a_home_that_is_away_is_waited_for(home: Home, heard: Heard, missing: str) -> None:
    """A disk that is not mounted is no reason to forget, and to tell everything again when it is back."""
    build(home.job("shop"), 1, freestyle())
    watched = source(home.path)
    await watched.look(heard)
    home.path.rename(home.path.with_name("away"))
    if missing == "empty":
        (home.path / "jobs").mkdir(parents=True)
    await watched.look(heard)
    shutil.rmtree(home.path, ignore_errors=True)
    home.path.with_name("away").rename(home.path)
    await watched.look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]
    assert heard.checkpoints.keys() == {"job/shop/"}


async def test_a_home_that_is_empty_at_a_restart_is_waited_for(home: Home, heard: Heard) -> None:
    """Where something was told before, no jobs at all are no reason to forget it either."""
    heard.checkpoints["job/shop/"] = '{"top":3,"open":{}}'
    await source(home.path, heard.checkpoints).look(heard)
    assert heard.progress == {"job/shop/": '{"top":3,"open":{}}'}


async def test_a_deleted_build_is_not_waited_for(home: Home, heard: Heard) -> None:
    """Jenkins renames a build's directory to a hidden one before it deletes it: either way it is gone."""
    shop = home.job("shop")
    build(shop, 1, freestyle())
    watched = source(home.path)
    await watched.look(heard)
    directory = build(shop, 2)
    await watched.look(heard)
    assert heard.progress == {"job/shop/": '{"top":2,"open":{"2":["started"]}}'}
    directory.rename(directory.with_name(".2"))
    await watched.look(heard)
    assert heard.progress == {"job/shop/": '{"top":2,"open":{}}'}


async def test_a_job_that_is_made_anew_counts_from_the_start(home: Home, heard: Heard) -> None:
    """Its first build is a new one, though a build of that number was told before."""
    shop = home.job("shop")
    for number in (1, 2, 3):
        build(shop, number, freestyle())
    watched = source(home.path)
    await watched.look(heard)
    shutil.rmtree(shop)
    build(home.job("shop"), 1, freestyle(started=STARTED + 10**6))
    await watched.look(heard)
    assert heard.events[6:] == ["started job/shop/1/", "finished job/shop/1/"]


async def test_deleting_the_newest_builds_repeats_nothing(home: Home, heard: Heard) -> None:
    """The number of the next build tells a job with fewer builds from one that was made anew."""
    shop = home.job("shop")
    directories = [build(shop, number, freestyle()) for number in (1, 2, 3)]
    watched = source(home.path)
    await watched.look(heard)
    shutil.rmtree(directories[2])
    await watched.look(heard)
    assert len(heard.events) == 6


async def test_symbolic_links_are_not_followed(home: Home, heard: Heard, tmp_path: Path) -> None:
    """`lastSuccessfulBuild`, a loop of folders, and a build.xml that points elsewhere."""
    shop = home.job("shop")
    build(shop, 1, freestyle())
    (shop / "builds" / "lastSuccessfulBuild").symlink_to("1")
    (shop / "builds" / "2").symlink_to("1")
    (home.path / "jobs" / "loop").symlink_to(home.path)
    secret = tmp_path / "secret.xml"
    secret.write_text(freestyle())
    build(shop, 3)
    (shop / "builds" / "3" / "build.xml").symlink_to(secret)
    await source(home.path).look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]


async def test_links_that_change_tell_nothing(home: Home, heard: Heard) -> None:
    """Jenkins points `lastStable` and others elsewhere when a build ends."""
    shop = home.job("shop")
    build(shop, 1, freestyle())
    (shop / "builds" / "lastStable").symlink_to("-1")
    watched = source(home.path)
    await watched.look(heard)
    (shop / "builds" / "lastStable").unlink()
    (shop / "builds" / "lastStable").symlink_to("1")
    await watched.look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]


async def test_names_that_are_no_numbers_are_no_builds(home: Home, heard: Heard) -> None:
    """Old homes have directories with dates; digits of other scripts are none."""
    shop = home.job("shop")
    for name in ("2009-12-21_12-08-54", "legacyIds", "-1", "\u0663", "1.bak"):
        (shop / "builds" / name).mkdir(parents=True)
        (shop / "builds" / name / "build.xml").write_text(freestyle())
    await source(home.path).look(heard)
    assert heard.events == []


async def test_a_restart_goes_on_where_it_was(home: Home, heard: Heard) -> None:
    """With the checkpoints of a first run, a second tells only what came between and after."""
    shop, web = home.job("shop"), home.job("web")
    build(shop, 1, freestyle())
    running = build(web, 1, pipeline(completed=False))
    flow(running, node(6, "StepStartNode", stage="Build"))
    await source(home.path).look(heard)
    build(shop, 2, freestyle())
    flow(running, node(9, "StepEndNode", parent=6, start=6))
    save(running / "build.xml", pipeline())
    await source(home.path, heard.checkpoints).look(heard)
    assert heard.twice() == []
    assert heard.events[-3:] == ["started job/shop/2/", "finished job/shop/2/", "finished job/web/1/"]
    assert "stages_started" not in heard.documents[-1]
    assert [stage["id"] for stage in heard.documents[-1]["stages_finished"]] == ["6"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_directory_that_may_not_be_read_is_skipped_until_it_may(home: Home, heard: Heard) -> None:
    """The others go on, and it is told when it can be."""
    build(home.job("shop"), 1, freestyle())
    closed = home.job("closed")
    build(closed, 1, freestyle())
    closed.chmod(0)
    watched = source(home.path)
    await watched.look(heard)
    assert heard.events[::2] == ["started job/shop/1/"]
    closed.chmod(0o755)
    await watched.look(heard)
    assert heard.events[2::2] == ["started job/closed/1/"]
