"""Where files may be that are found and read: a link among them leads to nothing that its maker may not read."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from glob import has_magic

NEVER = ("/proc", "/sys", "/dev")
"""What is never read, whatever is said: files there are not logs, and some are the secrets of the process itself."""

_DELETED = " (deleted)"


class Outside(OSError):
    """A file is not where files may be read."""

    def __init__(self, path: str, where: str, hint: str) -> None:
        reason = f"nothing is read of {where}" if _never(where) else f"it leads out of the folders, to {where}: {hint}"
        super().__init__(errno.EPERM, reason, path)


class Roots:
    """The folders above patterns, and files and folders that are named besides; `hint` says how to name one."""

    def __init__(
        self, patterns: Iterable[str], named: Iterable[str], hint: str = "name a root for it in `follow`"
    ) -> None:
        self._roots = dict.fromkeys([*map(above, patterns), *named])
        self._hint = hint

    def check(self, descriptor: int, path: str) -> None:
        """Raises Outside where an open file is in none of them: it is asked of the descriptor, not of its name."""
        where = _real(descriptor, path)
        if not allowed(where, map(os.path.realpath, self._roots)):
            raise Outside(path, where, self._hint)


def allowed(where: str, roots: Iterable[str]) -> bool:
    """Whether what is at a real path may be read, where all in some real roots may."""
    return not _never(where) and any(is_in(where, root) for root in roots)


def is_in(path: str, directory: str) -> bool:
    """Whether a path is a directory's, or of what is in it."""
    return f"{path}/".startswith(f"{directory.rstrip('/')}/")


def above(pattern: str) -> str:
    """The folder that all files of a pattern are in: what is before its first wildcard."""
    steps = os.path.dirname(pattern).split(os.sep)
    known = next((index for index, step in enumerate(steps) if has_magic(step)), len(steps))
    return os.sep.join(steps[:known]) or (os.sep if pattern.startswith(os.sep) else os.curdir)


def _never(where: str) -> bool:
    return any(is_in(where, root) for root in NEVER)


def _real(descriptor: int, path: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}").removesuffix(_DELETED)
    except OSError:  # not Linux
        return os.path.realpath(path)
