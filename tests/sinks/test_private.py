"""Who may read what a sidecar writes: its owner alone, unless told otherwise."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sinks.actions.done import Done
from adapters.sinks.file import FileSettings, FileSink
from tests.sinks.conftest import Make


@pytest.fixture(params=[0, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """A process that lets everybody read what it writes, and one that lets nobody."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> set[str]:
    """The permissions of its files."""
    return {oct(stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()}


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(("mode", "found"), [({}, "0o600"), ({"mode": "0640"}, "0o640"), ({"mode": "644"}, "0o644")])
async def test_event_files_are_for_whom_the_settings_say(
    tmp_path: Path, make: Make, mode: dict[str, str], found: str
) -> None:
    """Also those that are rotated and compressed."""
    path = tmp_path / "events" / "events.jsonl"
    sink = FileSink(FileSettings.model_validate({"type": "file", "path": path, "rotate_size": 1, "gzip": True, **mode}))
    for _ in range(3):
        await sink.publish([make()])
    await sink.aclose()
    assert len([*path.parent.iterdir()]) == 3
    assert modes(path.parent) == {found}


@pytest.mark.usefixtures("umask")
def test_what_was_acted_on_is_nobody_elses_business(tmp_path: Path) -> None:
    """The file of an action's memory is its owner's."""
    Done(tmp_path / "done" / "done.db").add("an event")
    assert modes(tmp_path / "done") == {"0o600"}
