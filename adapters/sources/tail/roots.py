"""Where the files of a tail may be: a link that somebody puts among them leads to nothing that they may not read."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from glob import has_magic

NEVER = ("/proc", "/sys", "/dev")
"""What no tail reads, whatever it is told: files there are not logs, and some are the secrets of the process itself."""

_DELETED = " (deleted)"


class Outside(OSError):
    """A file is not where a tail may read."""

    def __init__(self, path: str, where: str) -> None:
        super().__init__(
            errno.EPERM, f"a link leads out of the watched folders, to {where}: name a root for it in `follow`", path
        )


class Roots:
    """The folders above the patterns of a tail, and those that it is told to follow links into."""

    def __init__(self, patterns: Iterable[str], follow: Iterable[str]) -> None:
        self._roots = dict.fromkeys([*map(above, patterns), *follow])

    def check(self, descriptor: int, path: str) -> None:
        """Raises Outside where an open file is in none of them: it is asked of the descriptor, not of its name."""
        where = _real(descriptor, path)
        allowed = any(_inside(where, os.path.realpath(root)) for root in self._roots)
        if not allowed or any(_inside(where, root) for root in NEVER):
            raise Outside(path, where)


def above(pattern: str) -> str:
    """The folder that all files of a pattern are in: what is before its first wildcard."""
    steps = os.path.dirname(pattern).split(os.sep)
    known = next((index for index, step in enumerate(steps) if has_magic(step)), len(steps))
    return os.sep.join(steps[:known]) or (os.sep if pattern.startswith(os.sep) else os.curdir)


def _real(descriptor: int, path: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}").removesuffix(_DELETED)
    except OSError:  # not Linux
        return os.path.realpath(path)


def _inside(where: str, root: str) -> bool:
    return where.startswith(root.rstrip(os.sep) + os.sep)
