"""When a file is set aside for a new one, and what becomes of the old ones."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters import private

_TIME = "%Y%m%dT%H%M%S.%fZ"
_STAMP = re.compile(r"\.\d{8}T\d{6}\.\d{6}Z(\.gz)?")


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rotated files are called `<name>.<time in UTC>`, with `.gz` where they are compressed, so they sort by age.

    A file is due beyond `size` bytes, and at each multiple of `every` seconds; `keep` is how many rotated ones stay.
    """

    size: int | None = None
    every: float | None = None
    keep: int | None = None
    compress: bool = False

    def due(self, status: os.stat_result, now: float) -> bool:
        """Whether a file in this state is to be set aside before more is written; an empty one never is."""
        if status.st_size == 0:
            return False
        too_large = self.size is not None and status.st_size >= self.size
        return too_large or (self.every is not None and status.st_mtime // self.every < now // self.every)

    def rotate(self, path: Path, now: float) -> None:
        """Sets the file aside, compresses what is not yet compressed, and deletes the oldest beyond `keep`."""
        path.rename(_free_name(path, now))
        if self.compress:
            for old in rotated(path):
                _compress(old)
        if self.keep is not None:
            files = rotated(path)
            for old in files[: len(files) - self.keep]:
                old.unlink()


def rotated(path: Path) -> list[Path]:
    """The rotated files of a path, oldest first."""
    found = path.parent.iterdir()
    return sorted(p for p in found if p.name.startswith(path.name) and _STAMP.fullmatch(p.name[len(path.name) :]))


def _free_name(path: Path, now: float) -> Path:
    """A name after those of all rotated files, also where two rotations meet or the clock has jumped back."""
    moment = datetime.fromtimestamp(now, UTC)
    if old := rotated(path):
        stamp = old[-1].name.removesuffix(".gz")[len(path.name) + 1 :]
        latest = datetime.strptime(stamp, _TIME).replace(tzinfo=UTC)
        moment = max(moment, latest + timedelta(microseconds=1))
    return path.with_name(f"{path.name}.{moment:{_TIME}}")


def _compress(path: Path) -> None:
    """Leaves the compressed file in place of the plain one; a crash between leaves the plain one to the next time."""
    if path.suffix == ".gz":
        return
    target = path.with_name(f"{path.name}.gz")
    unfinished = target.with_name(f"{target.name}.tmp")
    with path.open("rb") as source, gzip.open(private.made(unfinished), "wb") as compressed:
        unfinished.chmod(path.stat().st_mode)
        shutil.copyfileobj(source, compressed)
    with unfinished.open("rb") as compressed_file:
        os.fsync(compressed_file.fileno())
    unfinished.rename(target)
    path.unlink()
