"""The files of this machine as objects: `file://`. What a link leads to is read only where it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_ISREG

from adapters.objects.contract import Object, Unusable
from adapters.roots import allowed

_PIECE = 1 << 20
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Folder:
    """Regular files below folders, or by their own names. Links to folders are not followed."""

    grows = True

    def __init__(self) -> None:
        self._refused: dict[str, str] = {}

    def listed(self, prefix: str) -> Iterator[Object]:
        """As in Store. What is not to be read is listed as well, so that it is told, and alone."""
        top = f"/{prefix}"
        root = os.path.realpath(top)
        try:
            for path in _files(top):
                if (found := _regular(path)) is not None:
                    yield self._object(path, found, root)
        except OSError as error:
            raise Unusable(f"file://{top}: {error.strerror}") from None

    def pieces(self, found: Object, offset: int) -> Iterator[bytes]:
        """As in Store; of a file that is another one by its inode, time or size, nothing is read."""
        if reason := self._refused.get(found.key):
            raise OSError(reason)
        with open(_opened(f"/{found.key}"), "rb", buffering=0) as file:
            if _version(os.fstat(file.fileno())) != found.version:
                raise OSError("it changed after it was listed; it is read anew next time")
            file.seek(offset)
            while piece := file.read(_PIECE):
                yield piece

    def close(self) -> None:
        """Nothing is kept open."""

    def _object(self, path: str, found: os.stat_result, root: str) -> Object:
        key = os.fsencode(path).decode("utf-8", "backslashreplace").lstrip("/")
        self._refused.pop(key, None)
        if reason := _refusal(path, root):
            self._refused[key] = reason
        modified = _BEGINNING + timedelta(microseconds=found.st_mtime_ns // 1000)
        return Object(self, "file://", key, found.st_size, _version(found), modified)


def _files(top: str) -> Iterator[str]:
    if not Path(top).is_dir():
        yield top
        return
    for folder, _, names in os.walk(top, onerror=_raised):
        yield from (f"{folder.rstrip('/')}/{name}" for name in names)


def _regular(path: str) -> os.stat_result | None:
    """What is known of a regular file, or of a link that cannot be followed; None for others, or nothing behind one."""
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    except OSError:
        return Path(path).lstat()
    return found if S_ISREG(found.st_mode) else None


def _raised(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _refusal(path: str, root: str) -> str:
    """Why a file below a real folder, or that itself, is not to be read; empty where it is."""
    try:
        os.fsencode(path).decode()
    except UnicodeDecodeError:
        return "its name is not UTF-8, and no object's: rename it"
    where = os.path.realpath(path)
    return "" if allowed(where, [root]) else f"it leads to {where}, which is not read: name that as one of its own"


def _opened(path: str) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise FileNotFoundError("it is not there any more") from None
    except OSError as error:
        raise OSError(f"it cannot be opened: {error.strerror}") from None


def _version(found: os.stat_result) -> str:
    """As object_store makes an ETag of a file, which checkpoints have."""
    return f'"{found.st_ino:x}-{found.st_mtime_ns // 1000:x}-{found.st_size:x}"'
