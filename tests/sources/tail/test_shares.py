"""A network share whose handles go stale, or that goes away and comes back."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.sources.tail.support import SETTLE, Bench


def failing(call: Callable[..., Any], folder: Path, number: int) -> Callable[..., Any]:
    """A call of `os`, which fails for everything in a folder."""

    def failed(path: Any, *arguments: Any, **more: Any) -> Any:
        if isinstance(path, str | os.PathLike) and Path(path).is_relative_to(folder):
            raise OSError(number, os.strerror(number), str(path))
        return call(path, *arguments, **more)

    return failed


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.EACCES, errno.ETIMEDOUT])
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_share_that_fails_for_a_while(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, number: int, *, restarted: bool
) -> None:
    """However long: what is written meanwhile comes, once, when it is back; what came before does not come again."""
    bench.write("one\n")
    bench.write("other\n", "app.log.1")
    assert {*await bench.settled()} == {"one", "other"}
    bench.write("two\n")
    with capture_logs() as said, monkeypatch.context() as patch:
        for name in ("stat", "lstat", "open", "scandir", "listdir"):
            patch.setattr(os, name, failing(getattr(os, name), bench.directory, number))
        if restarted:
            bench.restart()
        for _ in range(5):
            bench.now += SETTLE + 1
            assert await bench.poll() == []
    assert len(said) <= 2, "a line a minute for each file"
    assert await bench.settled() == ["two"]


async def test_a_share_that_is_not_mounted_for_a_while(bench: Bench) -> None:
    """An empty folder in its place says nothing of what was read; all is known again when it is back."""
    bench.write("one\n")
    assert await bench.settled() == ["one"]
    away = bench.directory.with_name("away")
    bench.directory.rename(away)
    bench.directory.mkdir()
    bench.restart()
    for _ in range(5):
        bench.now += SETTLE + 1
        assert await bench.poll() == []
    bench.directory.rmdir()
    away.rename(bench.directory)
    bench.write("two\n")
    assert await bench.settled() == ["two"]
