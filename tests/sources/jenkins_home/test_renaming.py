"""Jobs that are renamed, moved or brought from elsewhere."""

from __future__ import annotations

import shutil

import pytest

from tests.sources.jenkins_home.homes import STARTED, Heard, Home, build, freestyle, source


def numbered(number: int) -> str:
    """A build like no other."""
    return freestyle(started=STARTED + number * 1000).replace("<queueId>5", f"<queueId>{number}")


@pytest.mark.parametrize("copied", [True, False])
@pytest.mark.parametrize("restarted", [True, False])
async def test_a_job_that_is_renamed_goes_on(home: Home, heard: Heard, copied: bool, restarted: bool) -> None:
    """Nothing is told again under the new name, however the disk has it, while it is watched or not; what is new is."""
    for number in (1, 2, 3):
        build(home.job("shop"), number, numbered(number))
    watched = source(home.path)
    await watched.look(heard)
    new = home.path / "jobs" / "team" / "jobs" / "web"
    new.parent.mkdir(parents=True)
    (shutil.copytree if copied else shutil.move)(home.path / "jobs" / "shop", new)
    shutil.rmtree(home.path / "jobs" / "shop", ignore_errors=True)
    build(new, 4, numbered(4))
    watched = source(home.path, heard.checkpoints) if restarted else watched
    await watched.look(heard)
    assert heard.events[6:] == ["started job/team/job/web/4/", "finished job/team/job/web/4/"]
    assert heard.checkpoints.keys() == {"job/team/job/web/"}


async def test_a_folder_that_is_renamed_takes_its_jobs_along(home: Home, heard: Heard) -> None:
    """Each goes on where it was."""
    for number, name in enumerate(("a", "b", "c"), 1):
        build(home.job("old", "jobs", name), 7, numbered(number))
    watched = source(home.path)
    await watched.look(heard)
    (home.path / "jobs" / "old").rename(home.path / "jobs" / "new")
    await watched.look(heard)
    assert len(heard.events) == 6
    assert heard.checkpoints.keys() == {f"job/new/job/{name}/" for name in "abc"}


async def test_another_job_in_the_place_of_one_is_another(home: Home, heard: Heard) -> None:
    """One was deleted, and one made: as many builds do not make it the same."""
    build(home.job("shop"), 1, numbered(1))
    watched = source(home.path)
    await watched.look(heard)
    shutil.rmtree(home.path / "jobs" / "shop")
    build(home.job("web"), 1, numbered(2))
    await watched.look(heard)
    assert heard.events[2:] == ["started job/web/1/", "finished job/web/1/"]


async def test_without_history_a_job_that_comes_with_old_builds_tells_none_of_them(home: Home, heard: Heard) -> None:
    """Renamed, restored or linked: what began before the very first start is passed over, after a restart too."""
    build(home.job("shop"), 1, freestyle(started=STARTED - 5000))
    watched = source(home.path, history=False)
    await watched.look(heard)
    for number in (1, 2):
        build(home.job("restored"), number, freestyle(started=STARTED - 10**6 + number))
    build(home.job("restored"), 3, numbered(3))
    await watched.look(heard)
    assert heard.events == ["started job/restored/3/", "finished job/restored/3/"]
    build(home.job("late"), 1, freestyle(started=STARTED - 1))
    (home.path / "jobs" / "shop").rename(home.path / "jobs" / "renamed")
    await source(home.path, heard.checkpoints, history=False).look(heard)
    assert heard.events[2:] == []
