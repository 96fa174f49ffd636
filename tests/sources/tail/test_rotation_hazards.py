"""Rotation in every way that tools do it: each line comes once, with a position that never changes."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import pytest

from adapters.sources.tail.content import opened
from adapters.sources.tail.stream import file_id
from tests.sources.tail.support import SETTLE, Bench


def compress(path: Path) -> None:
    """What gzip does to a file."""
    with gzip.open(f"{path}.gz", "wb") as file:
        file.write(path.read_bytes())
    path.unlink()


def copytruncate(path: Path, copy: Path) -> None:
    """What logrotate does without a signal to the writer."""
    shutil.copy2(path, copy)
    os.truncate(path, 0)


async def test_rename_and_create(bench: Bench) -> None:
    """The rest of a renamed file comes before the lines of the one that replaces it."""
    bench.write("1\n2\n")
    assert await bench.poll() == ["1", "2"]
    bench.write("3\n")
    bench.log.rename(bench.path("app.log.1"))
    bench.write("4\n")
    bench.write("late\n", "app.log.1")
    assert await bench.settled() == ["3", "late", "4"]


async def test_rename_out_of_sight(bench: Bench) -> None:
    """A file renamed to what no glob names is followed all the same, also when it was renamed while nobody looked."""
    bench.restart(paths=[str(bench.log)])
    bench.write("1\n")
    assert await bench.poll() == ["1"]
    bench.write("2\n")
    bench.stop()
    bench.log.rename(bench.path("app.log-20260301"))
    bench.write("3\n")
    assert await bench.settled() == ["2", "3"]
    bench.write("too late for others\n", "app.log-20260301")
    assert await bench.settled() == ["too late for others"]


async def test_many_renames_at_once(bench: Bench) -> None:
    """Several rotations between two polls are followed by inode, each with its own rest."""
    for number in range(4):
        bench.write(f"{number}a\n")
        await bench.poll()
        bench.write(f"{number}b\n")
        for old in range(number, 0, -1):
            bench.path(f"app.log.{old}").rename(bench.path(f"app.log.{old + 1}"))
        bench.log.rename(bench.path("app.log.1"))
    bench.write("end\n")
    await bench.settled()
    assert sorted(bench.kept.lines) == sorted([f"{n}{part}" for n in range(4) for part in "ab"] + ["end"])


@pytest.mark.parametrize("seen", ["app.log", "app.log*"])
async def test_copytruncate(bench: Bench, seen: str) -> None:
    """What was written between the last poll and the copy is read from the copy, named by a glob or not."""
    bench.restart(paths=[str(bench.path(seen))])
    bench.write("1\n")
    assert await bench.poll() == ["1"]
    bench.write("2\n")
    copytruncate(bench.log, bench.path("app.log.1"))
    bench.write("3\n")
    assert await bench.settled() == ["2", "3"]


async def test_copytruncate_regrown_past_the_offset(bench: Bench) -> None:
    """A truncated file that is longer than before at the next poll is found out by its bytes."""
    bench.write("1\n")
    assert await bench.poll() == ["1"]
    bench.write("2\n")
    copytruncate(bench.log, bench.path("app.log.1"))
    bench.write("three\nfour\nfive\n")
    assert await bench.settled() == ["2", "three", "four", "five"]


async def test_copytruncate_seen_half_way(bench: Bench) -> None:
    """A copy that is seen before the truncation is not read again, whatever is written to the original until then."""
    bench.write("1\n")
    shutil.copy2(bench.log, bench.path("app.log.1"))
    assert await bench.poll() == ["1"]
    bench.write("2\n")
    assert await bench.poll() == ["2"]
    bench.restart()
    os.truncate(bench.log, 0)
    bench.write("3\n")
    assert await bench.settled() == ["3"]


async def test_copytruncate_under_a_writer_that_does_not_append(bench: Bench) -> None:
    """The hole of zeroes that a writer without O_APPEND leaves is no part of a line."""
    with bench.log.open("wb", buffering=0) as file:
        file.write(b"1\n2\n3\n")
        assert await bench.poll() == ["1", "2", "3"]
        copytruncate(bench.log, bench.path("app.log.1"))
        file.write(b"4\n")
        assert bench.log.read_bytes() == b"\0" * 6 + b"4\n"
        assert await bench.settled() == ["4"]


async def test_truncated_without_a_copy(bench: Bench) -> None:
    """A file that begins anew is read from its beginning; identical lines have other positions."""
    bench.write("same\nsame\n")
    await bench.poll()
    os.truncate(bench.log, 0)
    bench.write("same\n")
    assert await bench.settled() == ["same"]
    assert len({*bench.kept.positions}) == 3


async def test_inode_reused(bench: Bench) -> None:
    """A new file that gets the inode of the deleted one is another file, even where it is longer and begins alike."""
    bench.write("header\n")
    assert await bench.poll() == ["header"]
    bench.stop()
    for attempt in range(200):
        inode = bench.log.stat().st_ino
        bench.log.unlink()
        bench.write(f"header\nnew {attempt}\n")
        if bench.log.stat().st_ino == inode:
            break
    else:
        pytest.skip("this file system does not use an inode again")
    if (content := opened(str(bench.log))) and file_id(content.descriptor).generation is None:
        pytest.skip("this file system tells no inode generation, so such a file cannot be told")
    content.close()
    assert await bench.settled() == ["header", f"new {attempt}"]
    assert len({*bench.kept.positions}) == 3


async def test_inode_reused_with_other_bytes(bench: Bench) -> None:
    """Without any help of the file system the bytes tell, too."""
    bench.write("old\n")
    assert await bench.poll() == ["old"]
    os.truncate(bench.log, 0)
    bench.write("new, and longer\n")
    assert await bench.settled() == ["new, and longer"]


async def test_deleted_with_a_rest(bench: Bench) -> None:
    """What was written just before a file was deleted is read from the open file, without its last newline, too."""
    bench.write("1\n")
    assert await bench.poll() == ["1"]
    bench.write("2\n3")
    bench.log.unlink()
    assert await bench.poll() == ["2"]
    assert await bench.settled() == ["3"]


async def test_deleted_and_created(bench: Bench) -> None:
    """A file that is deleted and created anew between two polls loses nothing and repeats nothing."""
    bench.write("1\n")
    assert await bench.poll() == ["1"]
    bench.write("2\n")
    bench.log.unlink()
    bench.write("3\n")
    assert await bench.settled() == ["2", "3"]


@pytest.mark.parametrize("seen", ["app.log", "app.log*"])
async def test_gzip_of_the_rotated_file(bench: Bench, seen: str) -> None:
    """A compressed file is the same stream: only what was not read of it comes, at the positions that it had."""
    bench.restart(paths=[str(bench.path(seen))])
    bench.write("1\n2\n")
    assert await bench.poll() == ["1", "2"]
    bench.write("3\n")
    bench.stop()
    bench.log.rename(bench.path("app.log.1"))
    compress(bench.path("app.log.1"))
    bench.write("4\n")
    assert await bench.settled() == ["3", "4"]
    stream = bench.kept.positions[0].partition(":")[0]
    assert bench.kept.positions[:3] == [f"{stream}:0", f"{stream}:2", f"{stream}:4"]
    assert bench.kept.positions[3].partition(":")[0] != stream


async def test_gzip_of_what_was_read(bench: Bench) -> None:
    """A compressed file of which all was read says nothing, at once or after a restart."""
    bench.write("1\n")
    await bench.poll()
    bench.log.rename(bench.path("app.log.1"))
    await bench.poll()
    compress(bench.path("app.log.1"))
    assert await bench.settled() == []
    bench.path("app.log.1.gz").rename(bench.path("app.log.2.gz"))
    bench.restart()
    assert await bench.settled() == []


async def test_gzip_under_way(bench: Bench) -> None:
    """A compressed file that is still being written is read as far as it goes, and goes on when it is whole."""
    bench.write("1\n")
    await bench.poll()
    whole = gzip.compress(b"".join(b"line %d\n" % number for number in range(20_000)))
    bench.path("app.log.9.gz").write_bytes(whole[: len(whole) // 2])
    first = await bench.poll()
    bench.path("app.log.9.gz").write_bytes(whole)
    rest = await bench.settled()
    assert first + rest == [f"line {number}" for number in range(20_000)]


async def test_archive(bench: Bench) -> None:
    """A compressed file that nobody knows is read whole, its last line too when it has no end."""
    bench.path("app.log.7.gz").write_bytes(gzip.compress(b"1\n2") + gzip.compress(b"2\n3"))
    assert await bench.settled() == ["1", "22", "3"]


async def test_symlink_swap(bench: Bench) -> None:
    """A link that is pointed elsewhere is another file; the one that it named is followed to its end."""
    bench.restart(paths=[str(bench.path("current"))])
    bench.write("1\n", "a.txt")
    bench.path("current").symlink_to("a.txt")
    assert await bench.poll() == ["1"]
    bench.write("2\n", "a.txt")
    bench.write("3\n", "b.txt")
    bench.path("next").symlink_to("b.txt")
    bench.path("next").rename(bench.path("current"))
    bench.write("late\n", "a.txt")
    assert sorted(await bench.settled()) == ["2", "3", "late"]
    bench.write("later\n", "a.txt")
    assert await bench.settled() == ["later"]


async def test_two_names_of_one_file(bench: Bench) -> None:
    """A file that has two names, hard or symbolic, is read once."""
    bench.write("1\n")
    bench.path("app.log.link").symlink_to("app.log")
    bench.path("app.log.hard").hardlink_to(bench.log)
    assert await bench.settled() == ["1"]
    bench.write("2\n")
    assert await bench.settled() == ["2"]


async def test_same_header(bench: Bench) -> None:
    """Files that begin alike are different files: the header of each comes, and everything after it."""
    for number in range(1, 4):
        bench.write("header\n")
        assert await bench.poll() == ["header"]
        bench.write(f"line {number}\n")
        assert await bench.poll() == [f"line {number}"]
        bench.log.rename(bench.path(f"app.log.{number}"))


async def test_stale_size(bench: Bench) -> None:
    """A network share that tells an old size for a while does not make a file new."""
    bench.write("1\n" * 200 + "2\n")
    assert len(await bench.poll()) == 201
    content = bench.log.read_bytes()
    os.truncate(bench.log, 300)
    assert await bench.poll() == []
    bench.now += SETTLE / 2
    assert await bench.poll() == []
    bench.log.write_bytes(content)
    bench.write("3\n")
    assert await bench.settled() == ["3"]


async def test_gone_for_a_while(bench: Bench) -> None:
    """A file that is away for hours, as an unmounted share is, goes on where it was when it comes back."""
    bench.write("1\n")
    await bench.poll()
    bench.log.rename(bench.directory.parent / f"{bench.directory.name}.away")
    assert await bench.settled() == []
    bench.now += 7200
    bench.restart()
    assert await bench.settled() == []
    (bench.directory.parent / f"{bench.directory.name}.away").rename(bench.log)
    bench.write("2\n")
    assert await bench.settled() == ["2"]


async def test_forgotten(bench: Bench) -> None:
    """The checkpoint of a file that is gone for longer than `forget` goes, too."""
    bench.write("1\n")
    await bench.poll()
    bench.log.unlink()
    await bench.settled()
    assert len(bench.kept.checkpoints) == 2
    bench.now += 8 * 86400
    await bench.poll()
    assert [*bench.kept.checkpoints] == ["begun"]
