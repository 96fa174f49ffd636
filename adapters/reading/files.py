"""The files of an archive, opened with care: regular ones where the inputs are, whatever links lead to."""

from __future__ import annotations

import errno
import gzip
import lzma
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from adapters.errors import ConfigError, Problem
from adapters.objects import Object
from adapters.roots import Roots

File = Path | Object
"""What may be read: a file of this machine, or an object in a store."""

ANYWHERE = Roots((), ("/",))
"""For a file that is named itself."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_BLOCK = 1 << 20


@contextmanager
def opened(path: File, roots: Roots) -> Iterator[BinaryIO]:
    """What is in a file, uncompressed; raises OSError, Outside among them, where it is none that may be read.

    That is also raised where what is compressed is damaged; EOFError where it ends too early.
    """
    with _OPENERS.get(path.suffix, plain)(path, roots) as file:
        try:
            yield file
        except (zlib.error, lzma.LZMAError) as error:
            raise OSError(f"what is compressed is damaged: {error}") from None


def compressed(path: File) -> bool:
    """Whether a file has to be read from its beginning."""
    return path.suffix in _OPENERS


def kind(path: File) -> str:
    """The suffix that says what a file holds, behind one that says how it is compressed."""
    return Path(path.stem).suffix if compressed(path) else path.suffix


@contextmanager
def plain(path: File, roots: Roots) -> Iterator[BinaryIO]:
    """The bytes of a file; raises as `opened` does."""
    if isinstance(path, Object):
        with path.opened() as file:
            yield file
        return
    with os.fdopen(os.open(path, _FLAGS), "rb", buffering=_BLOCK) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        roots.check(file.fileno(), str(path))
        yield file


@contextmanager
def _gunzipped(path: File, roots: Roots) -> Iterator[BinaryIO]:
    with plain(path, roots) as raw, gzip.GzipFile(fileobj=raw) as file:
        yield cast("BinaryIO", file)  # a GzipFile reads as any binary file does


@contextmanager
def _unxz(path: File, roots: Roots) -> Iterator[BinaryIO]:
    with plain(path, roots) as raw, lzma.LZMAFile(raw) as file:
        yield cast("BinaryIO", file)  # as above


@contextmanager
def _unzstd(path: File, roots: Roots) -> Iterator[BinaryIO]:
    try:
        from backports import zstd  # noqa: PLC0415  an extra
    except ImportError:
        hint = "pip install 'cdevents-adapters[zstd]'"
        raise ConfigError([Problem(str(path), "needs the extra zstd", hint)]) from None
    with plain(path, roots) as raw, zstd.ZstdFile(raw) as file:
        try:
            yield cast("BinaryIO", file)  # as above
        except zstd.ZstdError as error:
            raise OSError(f"what is compressed is damaged: {error}") from None


_OPENERS: dict[str, Callable[[File, Roots], AbstractContextManager[BinaryIO]]] = {
    ".gz": _gunzipped,
    ".xz": _unxz,
    ".zst": _unzstd,
}
