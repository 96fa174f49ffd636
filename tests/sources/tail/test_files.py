"""Which files are read: what a glob names, what is left out, and what comes later."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sources.tail.support import Bench


async def test_from_the_end(bench: Bench) -> None:
    """`from: end` leaves out what is there at the first start, and nothing that comes later, in whatever file."""
    bench.restart(**{"from": "end"})
    bench.write("old\nbegun ")
    assert await bench.poll() == []
    bench.write("then\n")
    bench.write("new\n", "app.log.other")
    assert sorted(await bench.poll()) == ["begun then", "new"]
    bench.restart()
    bench.write("later\n", "app.log.later")
    assert await bench.poll() == ["later"]


async def test_excluded(bench: Bench) -> None:
    """What `exclude` names is not read."""
    bench.restart(exclude=["*.tmp"])
    bench.write("no\n", "app.log.tmp")
    bench.write("yes\n")
    assert await bench.settled() == ["yes"]


async def test_what_is_no_file(bench: Bench) -> None:
    """A directory, a pipe or a dangling link that a glob names is left alone."""
    bench.path("app.log.d").mkdir()
    os.mkfifo(bench.path("app.log.pipe"))
    bench.path("app.log.link").symlink_to("nowhere")
    bench.write("yes\n")
    assert await bench.settled() == ["yes"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_permission_denied(bench: Bench) -> None:
    """A file that may not be read is tried again, and read from where it was when it may be."""
    bench.write("1\n")
    bench.log.chmod(0)
    assert await bench.settled() == []
    bench.log.chmod(0o600)
    assert await bench.poll() == ["1"]
    bench.restart()
    bench.write("2\n")
    bench.directory.chmod(0)
    assert await bench.settled() == []
    bench.directory.chmod(0o700)
    assert await bench.settled() == ["2"]


async def test_directory_that_comes_later(bench: Bench) -> None:
    """A glob may name what is not there yet."""
    bench.restart(paths=[f"{bench.directory}/jobs/**/log"])
    assert await bench.poll() == []
    (bench.directory / "jobs/a/builds/1").mkdir(parents=True)
    bench.write("Started\n", "jobs/a/builds/1/log")
    assert await bench.poll() == ["Started"]


async def test_name_that_is_not_utf8(bench: Bench) -> None:
    """A file may be called anything, also after a restart."""
    path = Path(os.fsdecode(os.fsencode(bench.directory) + b"/app.log.\xff\xfe"))
    path.write_bytes(b"1\n")
    assert await bench.poll() == ["1"]
    bench.restart()
    path.write_bytes(b"1\n2\n")
    assert await bench.poll() == ["2"]
