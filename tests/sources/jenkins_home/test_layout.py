"""Where the builds of a home are, beside the usual places."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from adapters.replay.home import builds
from tests.sources.jenkins_home.homes import STARTED, Heard, Home, build, freestyle, save, source


def parts(heard: Heard) -> dict[str, str | None]:
    """The run that each run is part of."""
    return {document["url"]: document.get("part_of") for document in heard.documents}


async def test_cells_modules_and_promotions_are_parts(home: Home, heard: Heard) -> None:
    """Each under the URL that Jenkins gives it, and of the run with its number, or the one that it promotes."""
    grid, maven, shop = home.job("grid"), home.job("team", "jobs", "maven"), home.job("shop")
    for job in (grid, maven, shop):
        build(job, 7, freestyle())
    build(grid / "configurations" / "axis-JDK" / "17" / "axis-OS" / "linux%20arm", 7, freestyle())
    build(grid / "configurations" / "axis-JDK" / "17" / "axis-OS" / "mac", 7, freestyle())
    build(maven / "modules" / "org.acme$core", 7, freestyle())
    target = "<hudson.plugins.promoted__builds.PromotionTargetAction><jobName>shop</jobName><number>7</number>"
    target += "</hudson.plugins.promoted__builds.PromotionTargetAction>"
    build(shop / "promotions" / "To QA", 2, freestyle(actions=target))
    build(shop / "promotions" / "To QA", 3, freestyle())
    await source(home.path).look(heard)
    assert parts(heard) == {
        "job/grid/7/": None,
        "job/grid/JDK=17,OS=linux%20arm/7/": "job/grid/7/",
        "job/grid/JDK=17,OS=mac/7/": "job/grid/7/",
        "job/team/job/maven/7/": None,
        "job/team/job/maven/org.acme$core/7/": "job/team/job/maven/7/",
        "job/shop/7/": None,
        "job/shop/promotion/process/To%20QA/2/": "job/shop/7/",
        "job/shop/promotion/process/To%20QA/3/": None,
    }
    assert all(document["root"] == (document.get("part_of") or document["url"]) for document in heard.documents)


async def test_parts_that_come_with_a_build_are_found(home: Home, heard: Heard) -> None:
    """Jenkins makes the modules of a Maven job during its first build."""
    maven = home.job("maven")
    directory = build(maven, 1)
    watched = source(home.path)
    await watched.look(heard)
    build(maven / "modules" / "org.acme$core", 1, freestyle())
    save(directory / "build.xml", freestyle())
    await watched.look(heard)
    await watched.look(heard)
    assert "finished job/maven/org.acme$core/1/" in heard.events


@pytest.mark.parametrize(
    "pattern",
    [
        "{disk}/${{ITEM_FULL_NAME}}/builds",
        "{disk}/${{ITEM_FULLNAME}}/builds",
        "${{JENKINS_HOME}}/../disk/$ITEM_FULL_NAME/builds",
        "${{ITEM_ROOTDIR}}/records",
        "${{ITEM_ROOTDIR}}/builds",
    ],
)
async def test_builds_are_where_the_configuration_says(home: Home, heard: Heard, tmp_path: Path, pattern: str) -> None:
    """With each variable that Jenkins knows; a job that comes, and one whose first build comes, too."""
    disk = tmp_path / "disk"
    pattern = pattern.format(disk=disk)
    (home.path / "config.xml").write_text(f"<hudson>\n  <buildsDir>{pattern}</buildsDir>\n</hudson>")

    def records(*names: str) -> Path:
        directory = home.job("team", "jobs", *names)
        return directory if "ROOTDIR" in pattern else disk / "team" / "/".join(names)

    def add(job: str, number: int) -> None:
        build(records(job), number, freestyle())
        if pattern.endswith("records"):
            (records(job) / "builds").rename(records(job) / "records")

    add("shop", 1)
    records("web")
    watched = source(home.path)
    await watched.look(heard)
    add("web", 1)
    add("api", 1)
    await watched.look(heard)
    assert sorted(heard.events[::2]) == [f"started job/team/job/{job}/1/" for job in ("api", "shop", "web")]


async def test_directories_with_dates_are_builds(home: Home, heard: Heard) -> None:
    """As Jenkins before 1.597 kept them: with links from numbers, or a number in the file; begun when the name says."""
    builds = home.job("old") / "builds"
    dated = freestyle().replace(f"<timestamp>{STARTED - 4}</timestamp><startTime>{STARTED}</startTime>", "{}")
    for name, number in (("2011-07-19_13-07-36", "<number>3</number>"), ("2011-07-20_10-00-00", "<number>4</number>")):
        (builds / name).mkdir(parents=True)
        (builds / name / "build.xml").write_text(dated.format(number))
    (builds / "3").symlink_to("2011-07-19_13-07-36")
    (builds / "lastSuccessfulBuild").symlink_to("4")
    await source(home.path, time_zone="America/New_York").look(heard)
    assert heard.events == [f"{event} job/old/{number}/" for number in (3, 4) for event in ("started", "finished")]
    assert heard.documents[0]["started"] == 1311095256000


async def test_a_build_that_runs_in_a_directory_with_a_date_began_then(home: Home, heard: Heard) -> None:
    """Before there is a build.xml; so that its start has one time, told while it runs or when it is over."""
    builds = home.job("old") / "builds"
    builds.mkdir()
    watched = source(home.path, time_zone="America/New_York")
    await watched.look(heard)
    (builds / "2011-07-19_13-07-36").mkdir()
    (builds / "1").symlink_to("2011-07-19_13-07-36")
    await watched.look(heard)
    assert [(each["event"], each["started"]) for each in heard.documents] == [("started", 1311095256000)]


async def test_a_part_that_runs_is_part_of_its_run_before_it_has_a_file(home: Home, heard: Heard) -> None:
    """What began its run is not known yet, and nothing is made up."""
    grid = home.job("grid")
    (cell := grid / "configurations" / "axis-OS" / "mac" / "builds").mkdir(parents=True)
    watched = source(home.path)
    await watched.look(heard)
    build(grid, 7)
    (cell / "7").mkdir()
    await watched.look(heard)
    assert parts(heard) == {"job/grid/7/": None, "job/grid/OS=mac/7/": "job/grid/7/"}
    assert not any("root" in document for document in heard.documents)


async def test_a_build_that_jenkins_moves_to_its_number_is_the_same(home: Home, heard: Heard) -> None:
    """A newer Jenkins renames the directories once (`RunIdMigrator`): nothing is told again, and new builds are."""
    builds = home.job("old") / "builds"
    (builds / "2011-07-19_13-07-36").mkdir(parents=True)
    (builds / "2011-07-19_13-07-36" / "build.xml").write_text(freestyle())
    (builds / "3").symlink_to("2011-07-19_13-07-36")
    watched = source(home.path)
    await watched.look(heard)
    (builds / "3").unlink()
    (builds / "2011-07-19_13-07-36").rename(builds / "3")
    (builds / "legacyIds").write_text("2011-07-19_13-07-36 3\n")
    build(builds.parent, 4, freestyle())
    await watched.look(heard)
    assert heard.events[::2] == ["started job/old/3/", "started job/old/4/"]


async def test_a_date_without_a_number_is_said(home: Home, heard: Heard) -> None:
    """Nothing is made up."""
    builds = home.job("old") / "builds"
    (builds / "2011-07-19_13-07-36").mkdir(parents=True)
    with structlog.testing.capture_logs() as logs:
        await source(home.path).look(heard)
    assert heard.events == []
    assert [log["reason"] for log in logs if log["event"] == "passed over"] == [
        "a build in a directory with a date, of which nothing says the number"
    ]


@pytest.mark.parametrize(
    ("jobs", "level", "event"),
    [(2, "info", "Jenkins home read"), (0, "warning", "no jobs in the Jenkins home")],
)
async def test_the_start_says_what_was_found(home: Home, heard: Heard, jobs: int, level: str, event: str) -> None:
    """Once; a home without jobs is worth a warning."""
    for name in range(jobs):
        build(home.job(f"job{name}"), 1, freestyle())
    watched = source(home.path)
    with structlog.testing.capture_logs() as logs:
        await watched.look(heard)
        await watched.look(heard)
    (log,) = logs
    assert (log["log_level"], log["event"]) == (level, event)
    assert log.get("jobs", 0) == log.get("builds", 0) == jobs


async def test_builds_without_a_file_are_said_at_the_start(home: Home, heard: Heard) -> None:
    """In replay as well; one that comes later has begun, and is told."""
    runs = home.job("shop") / "builds"
    build(home.job("shop"), 1, freestyle())
    for number in (2, 3):
        (runs / str(number)).mkdir()
    watched = source(home.path)
    with structlog.testing.capture_logs() as logs:
        await watched.look(heard)
        list(builds(home.path))
        (runs / "4").mkdir()
        await watched.look(heard)
    told = [(log["count"], "without a build.xml" in log["reason"]) for log in logs if "reason" in log]
    assert told == [(2, True), (2, True)]
    assert heard.events[2:] == ["started job/shop/4/"]


async def test_what_is_no_home_is_said(heard: Heard, tmp_path: Path) -> None:
    """With what it lacks."""
    with structlog.testing.capture_logs() as logs:
        await source(tmp_path).look(heard)
    assert f"is {tmp_path} a JENKINS_HOME?" in logs[0]["reason"]


async def test_builds_that_are_said_to_be_elsewhere_and_are_not_are_said(home: Home, heard: Heard) -> None:
    """The folder may be missing in the sidecar's own file system."""
    (home.path / "config.xml").write_text("<hudson><buildsDir>/not/here/${ITEM_FULL_NAME}</buildsDir></hudson>")
    build(home.job("shop"), 1, freestyle())
    with structlog.testing.capture_logs() as logs:
        await source(home.path).look(heard)
    assert [log["builds_dir"] for log in logs if log["log_level"] == "warning"] == ["/not/here/${ITEM_FULL_NAME}"]
