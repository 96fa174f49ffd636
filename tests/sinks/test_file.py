"""The file sink, on real files and a disk that is full."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from adapters.errors import TransientError
from adapters.model import Encoding
from adapters.sinks.file import FileSettings, FileSink
from adapters.sinks.rotation import rotated
from tests.sinks.conftest import Make

Open = Callable[..., FileSink]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in a directory that is not there yet."""
    return tmp_path / "out" / "events.jsonl"


@pytest.fixture
def opened(path: Path) -> Open:
    """What makes a sink for the path."""
    return lambda **settings: FileSink(FileSettings(type="file", path=path, **settings))


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """The kernel lets no file of this process grow beyond a size, as if the disk were full."""
    former, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)


def ids(path: Path) -> list[str]:
    """The ids in a file, line by line."""
    return [orjson.loads(text)["id"] for text in path.read_bytes().splitlines()]


async def test_messages_are_appended_in_order(opened: Open, path: Path, make: Make) -> None:
    """A sink adds to what is there, one line a message."""
    for numbers in ([1, 2], [3]):
        sink = opened()
        await sink.publish([make(number) for number in numbers])
        await sink.aclose()
    assert ids(path) == ["id-1", "id-2", "id-3"]


async def test_a_batch_is_on_disk_before_it_is_acknowledged(
    opened: Open, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `fsync` the file is flushed once a batch, and without it not at all."""
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    for fsync, expected in ((True, 1), (False, 0)):
        sink = opened(fsync=fsync)
        await sink.publish([make(0)])
        flushed.clear()
        await sink.publish([make(1), make(2)])
        assert len(flushed) == expected
        await sink.aclose()


async def test_what_stands_there_at_a_start_is_not_written_again(opened: Open, path: Path, make: Make) -> None:
    """After a kill in the middle of a batch: its whole lines stay, the torn one is written, and what comes after it."""
    sink = opened()
    await sink.publish([make(number) for number in range(5)])
    await sink.aclose()
    os.truncate(path, path.stat().st_size - 10)
    again = opened(rotate_size=10_000)
    await again.publish([make(number) for number in range(2, 5)])
    await again.publish([make(number) for number in range(5, 7)])
    assert ids(path) == [f"id-{number}" for number in range(7)]
    await again.aclose()


async def test_what_stands_there_is_flushed_at_a_start(
    opened: Open, path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is acknowledged, and set aside: the kill may have come between writing it and its flush."""
    first, flushed = opened(fsync=False), set[int]()
    await first.publish([make(1)])
    await first.aclose()
    killed = path.stat().st_ino
    monkeypatch.setattr(os, "fsync", lambda file: flushed.add(os.fstat(file).st_ino))
    again = opened(rotate_size=10)
    await again.publish([make(1)])
    assert killed in flushed
    await again.aclose()


async def test_what_stands_in_a_file_that_is_due_is_known(opened: Open, path: Path, make: Make) -> None:
    """Where the first that happens is a rotation, it is not written into the new file either."""
    for numbers in ([1, 2], [1, 2, 3]):
        sink = opened(rotate_size=10)
        await sink.publish([make(number) for number in numbers])
        await sink.aclose()
    assert [ids(each) for each in [*rotated(path), path]] == [["id-1", "id-2"], ["id-3"]]


async def test_what_has_no_id_is_written_again(opened: Open, path: Path, make: Make) -> None:
    """Two that are the same may be two occurrences: raw lines are never passed over."""
    for _ in range(2):
        sink = opened()
        await sink.publish([make(1, encoding=Encoding.RAW)])
        await sink.aclose()
    assert path.read_bytes() == b'{"a": 1}\n' * 2


@pytest.mark.parametrize("torn", [b'{"id": "torn', b"x" * 200_000])
async def test_a_torn_last_line_is_cut_off(opened: Open, path: Path, make: Make, torn: bytes) -> None:
    """What a crash left of a line goes; the whole lines before it stay."""
    path.parent.mkdir()
    path.write_bytes(b'{"id": "whole"}\n' + torn)
    sink = opened()
    await sink.publish([make(1)])
    assert ids(path) == ["whole", "id-1"]
    await sink.aclose()


async def test_a_file_of_one_torn_line_is_emptied(opened: Open, path: Path, make: Make) -> None:
    """Where no line is whole, nothing is kept."""
    path.parent.mkdir()
    path.write_bytes(b'{"id": "to')
    sink = opened()
    await sink.publish([make(1)])
    assert ids(path) == ["id-1"]
    await sink.aclose()


async def test_a_full_disk_leaves_whole_batches(opened: Open, path: Path, make: Make) -> None:
    """A batch that does not fit leaves nothing of itself, is transient, and goes in when there is room."""
    sink = opened()
    await sink.publish([make(1)])
    size = path.stat().st_size
    with file_size_limit(size + 300), pytest.raises(TransientError, match=os.strerror(errno.EFBIG)) as caught:
        await sink.publish([make(number) for number in range(2, 10)])
    assert (caught.value.delivered, path.stat().st_size) == (0, size)
    await sink.publish([make(2)])
    assert ids(path) == ["id-1", "id-2"]
    await sink.aclose()


@pytest.mark.parametrize("gone", [lambda path: path.unlink(), lambda path: path.rename(path.with_name("moved"))])
async def test_a_file_that_others_took_away_is_made_anew(
    opened: Open, path: Path, make: Make, gone: Callable[[Path], object]
) -> None:
    """After logrotate moved it, or somebody deleted it, the next batch is in a new file under the same name."""
    sink = opened()
    await sink.publish([make(1)])
    gone(path)
    await sink.publish([make(2)])
    assert ids(path) == ["id-2"]
    await sink.aclose()


async def test_a_directory_in_its_place_is_transient(opened: Open, path: Path, make: Make) -> None:
    """What cannot be opened is told with its path, and tried again."""
    path.mkdir(parents=True)
    sink = opened()
    with pytest.raises(TransientError, match=r"events\.jsonl: Is a directory"):
        await sink.publish([make(1)])
    path.rmdir()
    await sink.publish([make(1)])
    assert ids(path) == ["id-1"]
    await sink.aclose()


async def test_two_routes_share_a_sink(opened: Open, path: Path, make: Make) -> None:
    """Batches that are published at once do not mix."""
    sink = opened()
    batches = [[make(10 * batch + number) for number in range(10)] for batch in range(20)]
    await asyncio.gather(*map(sink.publish, batches))
    found = ids(path)
    starts = [int(found[at].removeprefix("id-")) for at in range(0, 200, 10)]
    assert found == [f"id-{start + number}" for start in starts for number in range(10)]
    assert sorted(starts) == list(range(0, 200, 10))
    await sink.aclose()


async def test_a_file_beyond_its_size_is_set_aside(opened: Open, path: Path, make: Make) -> None:
    """No message is lost or written twice by rotation, and none is cut."""
    sink = opened(rotate_size=500)
    for number in range(10):
        await sink.publish([make(number)])
    files = [*rotated(path), path]
    assert len(files) > 2
    assert [each for file in files for each in ids(file)] == [f"id-{number}" for number in range(10)]
    await sink.aclose()
