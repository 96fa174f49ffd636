"""Homes that real bug reports were about, each with what is right of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog

from adapters.mapping.filters.jenkins import jenkins_job_name
from tests.checkout import CASES, needs_cases
from tests.sources.jenkins_home.homes import Heard, source

pytestmark = needs_cases
JENKINS = CASES / "jenkins"


def make_link(path: Path) -> None:
    """A file that has a path in it was a link, before it was collected."""
    if path.is_file() and path.stat().st_size < 100 and (path.parent / (target := path.read_text().strip())).is_dir():
        path.unlink()
        path.symlink_to(target)


async def told(case: str, tmp_path: Path, **settings: Any) -> dict[tuple[str, str], Mapping[str, Any]]:
    """What a source tells of a copy of a case, by event and URL."""
    shutil.copytree(JENKINS / case, tmp_path / case)
    for path in (tmp_path / case / "jobs").rglob("*"):
        make_link(path)
    heard = Heard()
    await source(tmp_path / case, **settings).look(heard)
    return {(document["event"], document["url"]): document for document in heard.documents}


async def test_stages_have_the_results_that_catch_error_gave_them(tmp_path: Path) -> None:
    """The build went on, and succeeded."""
    found = await told("home-catcherror", tmp_path)
    end = found["finished", "job/pipe/1/"]
    assert end["result"] == "SUCCESS"
    assert {stage["name"]: stage["status"] for stage in end["stages_finished"]} == {
        "ok": "SUCCESS",
        "unstable": "UNSTABLE",
        "catchFailure": "FAILED",
        "catchAborted": "ABORTED",
        "catchNotBuilt": "NOT_BUILT",
    }


async def test_the_chain_of_builds_is_in_their_causes(tmp_path: Path) -> None:
    """All that the first build started, and what that started, has the first for its root."""
    found = await told("home-chain", tmp_path)
    assert {document["root"] for document in found.values()} == {"job/unit/1/"}


async def test_a_build_that_a_crash_cut_off_is_what_jenkins_takes_it_for(tmp_path: Path) -> None:
    """The job began another after it, which it does not while one runs: it has failed, and its end is told."""
    found = await told("home-crash", tmp_path)
    assert found["finished", "job/nightly/41/"]["result"] == "FAILURE"
    assert found["finished", "job/nightly/42/"]["result"] == "SUCCESS"


async def test_a_build_of_a_change_names_it(tmp_path: Path) -> None:
    """The plugin Gerrit Code Review calls the branch by change and patch set."""
    (_, end) = (await told("home-gcr", tmp_path)).values()
    assert end["url"] == "job/svc/job/01%252F1%252F2/1/"
    assert end["gerrit"] == {
        "GERRIT_EVENT_TYPE": "patchset-created",
        "GERRIT_PROJECT": "demo",
        "GERRIT_CHANGE_NUMBER": "1",
        "GERRIT_PATCHSET_NUMBER": "2",
        "GERRIT_CHANGE_URL": "https://gerrit.example.com/c/demo/+/1",
    }


async def test_names_are_those_of_the_folders(tmp_path: Path) -> None:
    """Encoded for the URL, and read from it again, whatever is in them."""
    found = await told("home-names", tmp_path)
    names = {jenkins_job_name(document["job"]) for document in found.values()}
    at_the_top = {path.name for path in (JENKINS / "home-names" / "jobs").iterdir()} - {"team"}
    assert names == at_the_top | {"team/shop/feature%2Fpay"}


async def test_an_upstream_url_with_a_view_is_one_without(tmp_path: Path) -> None:
    """The build that is rebuilt is the one that was told."""
    found = await told("home-view-upstream", tmp_path)
    assert found["started", "job/shop/8/"]["upstream"] == "job/shop/7/"
    assert found["started", "job/shop/8/"]["root"] == "job/shop/7/"


@pytest.mark.parametrize("followed", [True, False])
async def test_linked_jobs_and_builds_are_read_or_said(tmp_path: Path, followed: bool) -> None:
    """With the root that they lead to; without it the log says what to set."""
    shutil.copytree(JENKINS / "bigdisk", tmp_path / "bigdisk")
    with structlog.testing.capture_logs() as logs:
        found = await told("home-symlinks", tmp_path, follow=[str(tmp_path / "bigdisk")] if followed else [])
    linked = {"job/linked-builds/1/", "job/linked-job/1/"} if followed else set()
    assert {url for _, url in found} == {"job/normal/1/"} | linked
    assert [log["count"] for log in logs if "`follow`" in log.get("reason", "")] == ([] if followed else [2])


async def test_a_build_in_a_directory_with_a_date_is_told(tmp_path: Path) -> None:
    """Under its number, at the time that its name has."""
    found = await told("legacy-symlinks", tmp_path)
    end = found["finished", "job/app/3/"]
    assert (end["started"], end["finished"]) == (1342703256000, 1342703257234)
