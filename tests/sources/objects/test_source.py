"""Objects that come into a store: each is read once, whatever happens meanwhile."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from adapters.errors import ConfigError
from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification
from adapters.objects import Object, Unusable
from adapters.objects.folder import Folder
from adapters.sources.contract import Context
from adapters.sources.objects.progress import Progress
from adapters.sources.objects.settings import ObjectsSettings
from adapters.sources.objects.source import Objects

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Kept:
    """What a source handed over, and the checkpoints that came with it; it may fail."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.checkpoints: dict[str, str] = {}
        self.fails_after: int | None = None

    async def receive(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        """As a journal has it: all or none."""
        if self.fails_after is not None and len(self.bodies) >= self.fails_after:
            raise KeyboardInterrupt
        self.bodies += [each.body for each in notifications]
        for each in checkpoints:
            self.checkpoints.pop(each.key, None)
            if each.value is not None:
                self.checkpoints[each.key] = each.value


@pytest.fixture
def kept() -> Kept:
    """Nothing yet."""
    return Kept()


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    """A folder of objects."""
    (folder := tmp_path / "bucket").mkdir()
    return folder


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is as a bucket, where each object comes at once."""
    monkeypatch.setattr(Folder, "grows", False)


Make = Callable[..., Objects]


@pytest.fixture
def make(bucket: Path, kept: Kept) -> Make:
    """What makes a source that goes on from what was kept."""

    def make(now: datetime = NOW, **settings: Any) -> Objects:
        usual = {"type": "objects", "instance": "https://ci.example.com/", "urls": [f"file://{bucket}/"]}
        context = Context("bucket", lambda: None, dict(kept.checkpoints), Metrics(), lambda: now)
        return Objects(ObjectsSettings.model_validate(usual | settings), context)

    return make


@pytest.mark.usefixtures("whole")
async def test_each_object_is_read_once(make: Make, bucket: Path, kept: Kept) -> None:
    """The oldest first, however it is compressed; by the next look, and after a restart, only what has come."""
    (bucket / "b.jsonl").write_bytes(b'{"a": 1}\n{"a": 2}')
    (bucket / "a.json.gz").write_bytes(gzip.compress(b'{\n"a": 3}'))
    os.utime(bucket / "b.jsonl", (1, 1))
    source = make()
    for _ in range(2):
        await source.poll(kept.receive)
    assert kept.bodies == [b'{"a": 1}', b'{"a": 2}', b'{\n"a": 3}']
    (bucket / "0.jsonl").write_bytes(b'{"a": 4}\n')
    await make().poll(kept.receive)
    assert kept.bodies[3:] == [b'{"a": 4}']


@pytest.mark.usefixtures("whole")
async def test_an_object_that_is_another_one_is_read_anew(make: Make, bucket: Path, kept: Kept) -> None:
    """By its version, from its beginning."""
    source = make()
    for text in (b"{}\n", b'{"a": 1}\n{"a": 2}\n'):
        (bucket / "a.jsonl").write_bytes(text)
        await source.poll(kept.receive)
    assert kept.bodies == [b"{}", b'{"a": 1}', b'{"a": 2}']


@pytest.mark.usefixtures("whole")
async def test_after_a_crash_it_is_read_on(make: Make, bucket: Path, kept: Kept) -> None:
    """What came to disk comes once; the rest comes then."""
    lines = [b'{"a": %d}' % number for number in range(1700)]
    (bucket / "a.jsonl").write_bytes(b"\n".join(lines))
    kept.fails_after = 1000
    with pytest.raises(KeyboardInterrupt):
        await make().poll(kept.receive)
    assert len(kept.bodies) == 1000
    kept.fails_after = None
    await make().poll(kept.receive)
    assert kept.bodies == lines


async def test_a_file_that_grows_is_read_on(make: Make, bucket: Path, kept: Kept) -> None:
    """Where files are written while they are there: a last record waits until the next look finds no more of it."""
    source, file = make(), bucket / "a.log"
    file.write_bytes(b"one\ntw")
    await source.poll(kept.receive)
    assert kept.bodies == [b"one"]
    file.write_bytes(b"one\ntwo\nthree\n")
    await source.poll(kept.receive)
    assert kept.bodies == [b"one", b"two"]
    for _ in range(2):
        await source.poll(kept.receive)
    assert kept.bodies == [b"one", b"two", b"three"]


async def test_a_document_is_read_when_it_is_complete(make: Make, bucket: Path, kept: Kept) -> None:
    """Where files grow, that is when it stays as it was at the look before."""
    source, file = make(), bucket / "a.json"
    file.write_bytes(b'{"half')
    await source.poll(kept.receive)
    file.write_bytes(b'{"whole": 1}')
    await source.poll(kept.receive)
    assert kept.bodies == []
    await source.poll(kept.receive)
    assert kept.bodies == [b'{"whole": 1}']


@pytest.mark.usefixtures("whole")
async def test_what_was_there_before_may_be_left_out(make: Make, bucket: Path, kept: Kept) -> None:
    """`from: end` is about the first start alone."""
    (bucket / "old.jsonl").write_bytes(b"old")
    os.utime(bucket / "old.jsonl", (NOW.timestamp() - 5,) * 2)
    (bucket / "new.jsonl").write_bytes(b"new")
    os.utime(bucket / "new.jsonl", (NOW.timestamp() + 5,) * 2)
    await make(**{"from": "end"}).poll(kept.receive)
    assert kept.bodies == [b"new"]


@pytest.mark.usefixtures("whole")
async def test_what_is_gone_is_forgotten(make: Make, bucket: Path, kept: Kept) -> None:
    """Checkpoints are of what is there, however many there were."""
    (bucket / "a.jsonl").write_bytes(b"1")
    source = make()
    await source.poll(kept.receive)
    assert len(kept.checkpoints) == 1
    (bucket / "a.jsonl").unlink()
    await source.poll(kept.receive)
    assert kept.checkpoints == {}


@pytest.mark.usefixtures("whole")
async def test_what_cannot_be_read_is_told_once_and_holds_up_nothing(make: Make, bucket: Path, kept: Kept) -> None:
    """Until it is another one; what is behind it is read."""
    (bucket / "a.jsonl.gz").write_bytes(gzip.compress(b"{}\n" * 1000)[:-9])
    (bucket / "b.jsonl").write_bytes(b'{"b": 1}\n')
    os.utime(bucket / "a.jsonl.gz", (1, 1))
    source = make()
    with capture_logs() as logs:
        for _ in range(3):
            await source.poll(kept.receive)
    assert kept.bodies[-1] == b'{"b": 1}'
    assert [each["object"].rpartition("/")[2] for each in logs] == ["a.jsonl.gz"]


async def test_a_store_that_cannot_be_used_is_asked_again(
    make: Make, bucket: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be back; nothing is forgotten of what was read."""
    (bucket / "a.log").write_bytes(b"1\n2\n")
    source = make()
    await source.poll(kept.receive)
    known = dict(kept.checkpoints)

    def listed(_: Folder, prefix: str) -> Iterator[Object]:
        raise Unusable(f"{prefix}: too busy")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "listed", listed)
        with pytest.raises(Unusable):
            await source.poll(kept.receive)
    assert kept.checkpoints == known


def test_a_checkpoint_of_another_source_is_told(make: Make, kept: Kept) -> None:
    """It is no place in an object."""
    kept.checkpoints["file:///x"] = '{"offset": 3}'
    with pytest.raises(ConfigError, match="its checkpoint 'file:///x' is not its own"):
        make()


def test_progress_is_what_was_written() -> None:
    """With all that it says."""
    progress = Progress('"etag"', 7)
    assert Progress.loads(progress.dumps()) == progress


@pytest.mark.parametrize("url", ["builds/*.json", "s3://key:secret@bucket/x", "ftp://host/"])
def test_what_is_no_address_is_refused(make: Make, url: str) -> None:
    """When the configuration loads."""
    with pytest.raises(ValidationError, match="expected"):
        make(urls=[url])
