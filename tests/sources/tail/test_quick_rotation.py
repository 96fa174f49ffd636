"""Rotation that is as quick as the polls, with compression, whose files take each other's inodes."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.sources.tail.support import Bench


class Rotating:
    """A writer and a logrotate that compresses at once, or at the next rotation; whoever likes may look meanwhile."""

    def __init__(self, directory: Path, random: Random) -> None:
        self._log, self._random = directory / "app.log", random
        self._delayed, self._written = random.random() < 0.5, 0

    def steps(self, rounds: int) -> Iterator[None]:
        """Yields after each step of so many rotations."""
        for _ in range(rounds):
            self._write(self._random.choice((0, 1, 3, 60)))
            yield
            if self._delayed and self._put_aside(1).exists():
                yield from self._compress()
            yield from self._renumber()
            if self._log.exists():
                self._log.rename(self._put_aside(1))
                yield
                if not self._delayed:
                    yield from self._compress()

    def _write(self, lines: int) -> None:
        with self._log.open("a") as file:
            for _ in range(lines):
                self._written += 1
                file.write(f"line {self._written}\n")

    def _renumber(self) -> Iterator[None]:
        for number in (2, 1):
            if (file := self._put_aside(number, ".gz")).exists():
                file.rename(self._put_aside(number + 1, ".gz"))
                yield

    def _compress(self) -> Iterator[None]:
        file = self._put_aside(1)
        content, status = gzip.compress(file.read_bytes()), file.stat()
        with (compressed := self._put_aside(1, ".gz")).open("wb", buffering=0) as target:
            for half in (content[: len(content) // 2], content[len(content) // 2 :]):
                target.write(half)
                yield
        os.utime(compressed, ns=(status.st_atime_ns, status.st_mtime_ns))
        file.unlink()
        yield

    def _put_aside(self, number: int, suffix: str = "") -> Path:
        return self._log.with_name(f"app.log.{number}{suffix}")


@pytest.mark.parametrize("seed", range(20))
async def test_no_line_comes_twice(tmp_path: Path, seed: int) -> None:
    """Whatever a poll finds half done, and however many rotations it missed: a line that comes has come once."""
    random, bench = Random(seed), Bench(tmp_path)
    for _ in Rotating(tmp_path, random).steps(12):
        if random.random() < 0.2:
            bench.now += random.choice((0.1, 0.5, 1.0))
            await bench.poll()
    await bench.settled()
    bench.stop()
    assert len(bench.kept.lines) == len({*bench.kept.lines}) > 0
    assert len(bench.kept.positions) == len({*bench.kept.positions})
