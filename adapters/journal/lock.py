"""The lock of a journal, and of what else one process at a time has, by whatever name it knows the file."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters import private
from adapters.errors import JournalUnavailable


@contextmanager
def locked(path: Path, what: str = "journal") -> Iterator[None]:
    """Holds the lock of a file, which is made with its directory where it does not exist.

    The file itself is locked: another name of it (a link) is the same lock, and there is none to be deleted. The kernel
    lets go of it when the process ends. Raises JournalUnavailable when another process has it. SQLite's own locks are
    of another kind (fcntl's, which end when any descriptor of the file is closed: so this one is closed last).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "ab", opener=private.opener)  # noqa: SIM115 - closed below
    except OSError as error:
        raise JournalUnavailable(f"{what} {path}: {error.strerror}; check its directory and who owns it") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            busy = f"{what} {path}: another process has it open; give each its own"
            raise JournalUnavailable(busy) from error
        private.closed_to_others(path)
        yield
