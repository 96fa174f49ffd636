"""Links in a home: followed where builds may be, and said where they are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import structlog

from tests.sources.jenkins_home.homes import Heard, Home, build, freestyle, source


def elsewhere(folder: Path, *names: str) -> Path:
    """A disk with a job of each name on it, and a build in each."""
    for name in names:
        build(folder / name, 1, freestyle())
    return folder


async def test_a_link_out_of_the_home_is_said_with_what_to_set(home: Home, heard: Heard, tmp_path: Path) -> None:
    """A linked job and linked builds are passed over, with how many and where they lead; a job beside them is not."""
    disk = elsewhere(tmp_path / "disk", "web", "api")
    (home.path / "jobs" / "web").symlink_to(disk / "web")
    (home.job("api") / "builds").symlink_to(disk / "api" / "builds")
    build(home.job("shop"), 1, freestyle())
    with structlog.testing.capture_logs() as logs:
        await source(home.path).look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]
    (warning,) = [log for log in logs if log["log_level"] == "warning"]
    assert "`follow`" in warning["reason"]
    assert warning["count"] == 2
    assert str(disk) in warning["such_as"]


async def test_links_into_a_root_that_is_named_are_followed(home: Home, heard: Heard, tmp_path: Path) -> None:
    """The jobs have the names that they have in the home."""
    disk = elsewhere(tmp_path / "disk", "web", "api")
    (home.path / "jobs" / "web").symlink_to(disk / "web")
    (home.job("team", "jobs", "api") / "builds").symlink_to(disk / "api" / "builds")
    watched = source(home.path, follow=[str(disk)])
    await watched.look(heard)
    build(disk / "api", 2, freestyle())
    await watched.look(heard)
    assert heard.events[::2] == ["started job/team/job/api/1/", "started job/web/1/", "started job/team/job/api/2/"]


async def test_links_within_the_home_are_followed(home: Home, heard: Heard) -> None:
    """Jenkins' own disk is Jenkins' own, wherever on it a job is kept."""
    disk = elsewhere(home.path / "disk2", "web")
    (home.path / "jobs" / "web").symlink_to(disk / "web")
    await source(home.path).look(heard)
    assert heard.events == ["started job/web/1/", "finished job/web/1/"]


async def test_the_folder_of_all_jobs_may_be_a_link(home: Home, heard: Heard, tmp_path: Path) -> None:
    """What the operator points at is read, and links within it are links within it."""
    build(home.job("shop"), 1, freestyle())
    disk = tmp_path / "disk"
    (home.path / "jobs").rename(disk)
    (home.path / "jobs").symlink_to(disk)
    await source(home.path).look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]


async def test_circles_of_links_end(home: Home, heard: Heard) -> None:
    """To the home, to each other, and to themselves: the rest is told, and they are said to lead nowhere."""
    build(home.job("a"), 1, freestyle())
    build(home.job("b"), 1, freestyle())
    (home.path / "jobs" / "loop").symlink_to(home.path)
    (home.path / "jobs" / "self").symlink_to("self")
    for one, other in (("a", "b"), ("b", "a")):
        (home.path / "jobs" / one / "jobs").mkdir()
        for number in range(5):
            (home.path / "jobs" / one / "jobs" / f"to-{other}-{number}").symlink_to(home.path / "jobs" / other)
    with structlog.testing.capture_logs() as logs:
        await source(home.path).look(heard)
    assert {"started job/a/1/", "started job/b/1/"} <= set(heard.events)
    assert len(heard.events) <= 8
    assert [log for log in logs if log["event"] == "passed over"]


async def test_a_linked_disk_that_is_away_is_waited_for(home: Home, heard: Heard, tmp_path: Path) -> None:
    """Its jobs are neither forgotten, nor told again once it is back."""
    disk = elsewhere(tmp_path / "disk", "web", "api")
    (home.path / "jobs" / "web").symlink_to(disk / "web")
    (home.job("api") / "builds").symlink_to(disk / "api" / "builds")
    watched = source(home.path, follow=[str(disk)])
    await watched.look(heard)
    disk.rename(tmp_path / "away")
    await watched.look(heard)
    (tmp_path / "away").rename(disk)
    await watched.look(heard)
    assert len(heard.events) == 4
    assert len(heard.checkpoints) == 2


async def test_a_link_that_is_turned_elsewhere_is_not_followed(home: Home, heard: Heard, tmp_path: Path) -> None:
    """What a link led to when it was looked at does not count for what it leads to later."""
    disk, secret = elsewhere(tmp_path / "disk", "api"), elsewhere(tmp_path / "secret", "api")
    build(secret / "api", 2, freestyle())
    link = home.job("api") / "builds"
    link.symlink_to(disk / "api" / "builds")
    watched = source(home.path, follow=[str(disk)])
    await watched.look(heard)
    link.unlink()
    link.symlink_to(secret / "api" / "builds")
    await watched.look(heard)
    assert heard.events == ["started job/api/1/", "finished job/api/1/"]


async def test_a_build_on_another_disk_is_followed_as_a_job_is(home: Home, heard: Heard, tmp_path: Path) -> None:
    """Of a job whose old builds were moved, and links left in their place."""
    shop = home.job("shop")
    build(shop, 2, freestyle())
    shutil.move(build(shop, 1, freestyle()), tmp_path / "disk" / "1")
    (shop / "builds" / "1").symlink_to(tmp_path / "disk" / "1")
    await source(home.path, follow=[str(tmp_path / "disk")]).look(heard)
    assert heard.events[::2] == ["started job/shop/1/", "started job/shop/2/"]
