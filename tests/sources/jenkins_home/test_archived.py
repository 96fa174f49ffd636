"""What builds archived: the texts of the files that were asked for, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from adapters.reading.lines import Place
from adapters.replay.home import builds
from adapters.settings.full import checked
from adapters.sources.jenkins_home.archived import LARGEST, Name, texts
from tests.sources.jenkins_home.homes import Home, build, freestyle


def test_the_text_of_a_file_is_told_with_the_end_of_its_build(tmp_path: Path) -> None:
    """Of a build that archived it; one that did not has none."""
    home = Home(tmp_path)
    job = home.job("deploy")
    archive = build(job, 1, freestyle()) / "archive" / "out"
    archive.mkdir(parents=True)
    (archive / "deployed.txt").write_text("image=a/b:1\n")
    (archive / "other.txt").write_text("not asked for")
    build(job, 2, freestyle())
    first, second = builds(tmp_path, archive=["out/deployed.txt"])
    told = [b"".join(item.notification.body for item in each.read("jenkins", Place())) for each in (first, second)]
    assert [b"image=a/b:1" in each for each in told] == [True, False]
    assert not any(b"not asked for" in each for each in told)


def test_what_is_no_small_text_is_left_out_and_said(tmp_path: Path) -> None:
    """A link to somewhere else, a folder that is one, a large file, bytes: the build is told without them."""
    archive = tmp_path / "archive"
    archive.mkdir()
    (tmp_path / "secret").write_text("secret")
    (archive / "link").symlink_to(tmp_path / "secret")
    (archive / "folder").symlink_to(tmp_path)
    (archive / "large").write_bytes(b"x" * (LARGEST + 1))
    (archive / "bytes").write_bytes(b"\xff\xfe")
    (archive / "text").write_text("hello")
    with capture_logs() as logs:
        found = texts(str(tmp_path), ["link", "folder/secret", "large", "bytes", "missing", "text"])
    assert found == {"text": "hello"}
    assert [each["file"] for each in logs] == ["link", "folder/secret", "large", "bytes"]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "", "a//b", ".", "a/..", "..", "a/"])
def test_no_name_leads_out_of_the_archive(name: str) -> None:
    """It is a path below it, or an error of the configuration."""
    with pytest.raises(ValidationError):
        checked(Name, name)


@pytest.mark.parametrize("name", ["deployed.txt", "out/a b.txt", ".env/x", "..a", "a..b/c"])
def test_a_name_may_be_any_path_below_it(name: str) -> None:
    """Hidden ones among them."""
    assert checked(Name, name) == name
