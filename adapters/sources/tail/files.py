"""The files that there are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from glob import iglob
from pathlib import Path
from typing import NamedTuple

from adapters.roots import above
from adapters.sources.tail.content import SUFFIX

Key = tuple[int, int]
"""Device and inode."""


class Sighting(NamedTuple):
    """A regular file as it was when it was looked at: one that was written to since is not equal to it.

    `modified` and `changed` are in nanoseconds since 1970. A tuple, as tens of thousands are made at each look.
    """

    path: str
    key: Key
    size: int
    modified: int
    changed: int

    @property
    def compressed(self) -> bool:
        """Whether its bytes are those of another file, by gzip."""
        return self.path.endswith(SUFFIX)


def sighted(path: str) -> Sighting | None:
    """The regular file at a path, behind any symbolic link; None when there is none. Raises OSError otherwise."""
    try:
        seen = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(seen.st_mode):
        return None
    return Sighting(path, (seen.st_dev, seen.st_ino), seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def listed(globs: Iterable[str], exclude: Sequence[str] = ()) -> dict[Key, Sighting]:
    """The files that globs name, each once; a compressed one only when there is no plain one beside it (any more)."""
    paths = {path for pattern in globs for path in named(pattern)}
    if exclude:
        paths = {path for path in paths if not any(fnmatch(path, each) for each in exclude)}
    return {each.key: each for each in _sightings(sorted(paths, reverse=True))}


def named(pattern: str) -> Iterator[str]:
    """The paths that a glob names; below `**` no link to a directory is followed: two of them may make a circle."""
    if "**" not in pattern:
        yield from iglob(pattern)
        return
    start = above(pattern)
    rest = os.path.relpath(pattern, start) if start != os.curdir else pattern
    for path in Path(start).glob(f"{rest}/*" if rest.endswith("**") else rest):
        hidden = any(step.startswith(".") for step in path.relative_to(start).parts)
        if not hidden or "/." in pattern:
            yield str(path)


def beside(directory: str) -> dict[Key, Sighting]:
    """All files of a directory; none when it is not there. Raises OSError when it cannot be read."""
    try:
        names = os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return {each.key: each for each in _sightings(os.path.join(directory, name) for name in names)}


def _sightings(paths: Iterable[str]) -> Iterator[Sighting]:
    for path in paths:
        if path.endswith(SUFFIX) and os.path.lexists(path.removesuffix(SUFFIX)):
            continue
        try:
            seen = sighted(path)
        except OSError:
            continue
        if seen is not None:
            yield seen
