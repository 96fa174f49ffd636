"""An archive of objects: each is read once, whichever are there when a replay goes on."""

from __future__ import annotations

import asyncio
import gzip
import lzma
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import ConfigError
from adapters.replay.archive import archive
from adapters.replay.plan import Progress, Replay
from adapters.replay.run import replay
from tests.replay.support import builds, plan, replayed, subjects
from tests.service import build


def lines(*numbers: int) -> bytes:
    """Builds that finished, one a line."""
    return b"\n".join(map(build, numbers)) + b"\n"


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    """A folder of objects."""
    (folder := tmp_path / "bucket").mkdir()
    return folder


def asked(bucket: Path, **changes: Any) -> Replay:
    """A replay of all of them."""
    return replace(plan(bucket.parent, [], **changes), inputs=[f"file://{bucket}"])


async def interrupted(what: Replay, after: int) -> None:
    """A replay that is ended when it has published so many."""
    enough = asyncio.Event()

    def report(progress: Progress) -> None:
        if progress.events.total() >= after:
            enough.set()
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await replay(what, report)
    assert enough.is_set()


async def test_objects_are_replayed_as_files_are(bucket: Path) -> None:
    """By name, however they are compressed; one that is a document is one notification."""
    (bucket / "1.jsonl").write_bytes(lines(0, 1))
    (bucket / "2.jsonl.gz").write_bytes(gzip.compress(lines(2)))
    (bucket / "3.jsonl.xz").write_bytes(lzma.compress(lines(3)))
    (bucket / "4.json").write_bytes(build(4))
    progress = await replayed(asked(bucket))
    assert (progress.records, progress.parked) == (5, 0)
    assert subjects(bucket.parent) == builds(5)


async def test_a_second_replay_reads_what_is_new(bucket: Path) -> None:
    """Where its checkpoint stays: neither what it has had, nor only what is behind that by name."""
    (bucket / "b.jsonl").write_bytes(lines(0))
    await replayed(asked(bucket, once=True))
    assert (await replayed(asked(bucket, once=True))).over
    (bucket / "a.jsonl").write_bytes(lines(1))
    (bucket / "c.jsonl").write_bytes(lines(2))
    assert (await replayed(asked(bucket, once=True))).records == 2
    (bucket / "c.jsonl").write_bytes(lines(3, 4))
    await replayed(asked(bucket, once=True))
    assert subjects(bucket.parent) == builds(5)
    assert (await replayed(asked(bucket, once=True))).over


async def test_other_events_of_the_same_objects_are_asked_for_anew(bucket: Path) -> None:
    """What was passed for one question is not passed for another."""
    (bucket / "b.jsonl").write_bytes(lines(0))
    for changes in ({}, {"since": "2024-01-01T00:00:00Z"}, {"fresh": True}):
        for file in bucket.parent.glob("events*"):
            file.unlink()  # what is at the end of the file is not written again
        await replayed(asked(bucket, once=True, **changes))
        assert subjects(bucket.parent) == builds(1)


async def test_what_was_interrupted_goes_on_in_its_object(bucket: Path) -> None:
    """At the line where it was, after what is new before it by name; what was passed does not come twice."""
    (bucket / "a.jsonl").write_bytes(lines(0, 1))
    (bucket / "b.jsonl").write_bytes(lines(*range(2, 3000)))
    await interrupted(asked(bucket), 2000)
    known = len(subjects(bucket.parent))
    assert known < 3000
    (bucket / "0.jsonl").write_bytes(lines(3000))
    await replayed(asked(bucket))
    found = subjects(bucket.parent)
    assert sorted(set(found)) == sorted(builds(3001))
    assert len(found) - 3001 <= 1000
    assert found.count("job/load/0/") == 1
    assert not (bucket.parent / "state.passed").exists()


async def test_an_object_that_changed_meanwhile_is_read_from_its_beginning(bucket: Path) -> None:
    """A place in what it was is none in what it is."""
    (bucket / "a.jsonl").write_bytes(lines(*range(3000)))
    await interrupted(asked(bucket), 1000)
    (bucket / "a.jsonl").write_bytes(lines(3000, 3001))
    before = len(subjects(bucket.parent))
    await replayed(asked(bucket))
    assert subjects(bucket.parent)[before:] == builds(3002)[3000:]


async def test_an_object_that_vanishes_is_told_and_tried_again(bucket: Path) -> None:
    """It is among the dead letters; what is behind it is published."""
    for name in "abc":
        (bucket / f"{name}.jsonl").write_bytes(lines(*range(1000, 6000)) if name == "a" else lines(ord(name)))
    what = asked(bucket, once=True)

    def report(_: Progress) -> None:
        (bucket / "b.jsonl").unlink(missing_ok=True)

    progress = await replay(what, report)
    assert progress.parked == 1
    assert b"not there any more" in (bucket.parent / "state.dead-letters.jsonl").read_bytes()
    (bucket / "b.jsonl").write_bytes(lines(ord("b")))
    await replayed(what)
    assert subjects(bucket.parent)[5000:] == [f"job/load/{ord(name)}/" for name in "cb"]


def test_what_names_nothing_is_a_problem(bucket: Path) -> None:
    """An address that is none, and one where nothing is."""
    with pytest.raises(ConfigError, match="there is no object of such a name"):
        archive([f"file://{bucket}/nowhere*"])
    with pytest.raises(ConfigError, match="no password"):
        archive(["s3://key:secret@bucket/"])
