"""What a link among the watched files can lead to: nothing outside of the folders that are named, and never /proc."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.roots import above
from adapters.sources.tail.files import named
from tests.sources.tail.support import Bench


@pytest.mark.parametrize(
    ("pattern", "folder"),
    [
        ("/var/log/*.log", "/var/log"),
        ("/var/log/app.log", "/var/log"),
        ("/var/*/app/**/x.log", "/var"),
        ("/*.log", "/"),
        ("logs/*.log", "logs"),
        ("*.log", "."),
        ("/var/lo[g]/x", "/var"),
    ],
)
def test_a_root_is_what_stands_before_the_first_wildcard(pattern: str, folder: str) -> None:
    """All files of a pattern are in it."""
    assert above(pattern) == folder


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that is not among the logs, and that the process may read."""
    file = tmp_path / "secrets" / "token"
    file.parent.mkdir()
    file.write_text("secret\n")
    return file


async def test_a_link_out_of_the_watched_folder_is_not_read(tmp_path: Path, secret: Path) -> None:
    """Neither the file of somebody else, nor one of /proc, nor one in a linked folder; it is said what to do."""
    (logs := tmp_path / "logs").mkdir()
    (logs / "honest.log").write_text("honest\n")
    (logs / "token.log").symlink_to(secret)
    (logs / "environ.log").symlink_to("/proc/self/environ")
    (secret.parent / "other").write_text("another secret\n")
    (logs / "folder").symlink_to(secret.parent)
    with capture_logs() as said:
        bench = Bench(logs, settings={"paths": (f"{logs}/*.log", f"{logs}/*/other")})
        assert await bench.settled() == ["honest"]
    bench.stop()
    warnings = [each for each in said if each["event"] == "file cannot be read"]
    assert {Path(each["path"]).name for each in warnings} == {"token.log", "environ.log", "other"}
    reasons = {Path(each["path"]).name: each["reason"] for each in warnings}
    assert all("name a root for it in `follow`" in reasons[name] for name in ("token.log", "other"))
    assert reasons["environ.log"].startswith("nothing is read of /proc/")


async def test_a_link_that_is_wanted_leads_into_a_root_that_is_named(tmp_path: Path, secret: Path) -> None:
    """As those of a node's containers do; /proc is never a root."""
    (logs := tmp_path / "logs").mkdir()
    (logs / "token.log").symlink_to(secret)
    (logs / "environ.log").symlink_to("/proc/self/environ")
    bench = Bench(logs, settings={"paths": (f"{logs}/*.log",), "follow": (str(secret.parent), "/proc")})
    assert await bench.settled() == ["secret"]
    bench.stop()


async def test_a_file_that_becomes_a_link_is_not_read(tmp_path: Path, secret: Path) -> None:
    """What was an honest log when it was seen first."""
    (logs := tmp_path / "logs").mkdir()
    (log := logs / "app.log").write_text("honest\n")
    bench = Bench(logs, settings={"paths": (f"{logs}/*.log",)})
    assert await bench.settled() == ["honest"]
    log.unlink()
    log.symlink_to(secret)
    assert await bench.settled() == []
    bench.stop()


async def test_a_link_within_the_watched_folder_is_read_once(tmp_path: Path) -> None:
    """`current.log` for the file of today is the same stream."""
    (tmp_path / "2026.log").write_text("one\n")
    (tmp_path / "current.log").symlink_to(tmp_path / "2026.log")
    bench = Bench(tmp_path, settings={"paths": (f"{tmp_path}/*.log",)})
    assert await bench.settled() == ["one"]
    bench.stop()


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """Below `**`, no link to a directory is followed, and hidden ones are passed over as always."""
    for folder in ("a", "b", ".hidden"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.log").touch()
    (tmp_path / "a" / "b").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "a").symlink_to(tmp_path / "a")
    found = sorted(Path(each).relative_to(tmp_path).as_posix() for each in named(f"{tmp_path}/**/*.log"))
    assert found == ["a/x.log", "b/x.log"]
    everything = {Path(each).name for each in named(f"{tmp_path}/**")}
    assert {"a", "b", "x.log"} <= everything
