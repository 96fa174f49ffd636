"""A stream: the bytes of one file, whatever it is called by now, and how far they were read.

A file is known by its device, inode and inode generation. An inode alone is not enough: ext4 gives the one just freed
to the next file. So the bytes before the offset are looked at again each time a file has changed, before any byte
after it counts: that also finds what was truncated and has grown past the offset since.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass, replace
from enum import Enum, auto
from hashlib import sha1, sha256

from adapters.sources.tail.content import Content
from adapters.sources.tail.records import Shape

WINDOW = 256
"""Bytes at the beginning, and before the offset, by which a stream is known again."""

_GET_GENERATION = 0x80087601
"""`FS_IOC_GETVERSION` of linux/fs.h on 64-bit machines; ext4 answers it to everybody who may read the file."""

_NOTHING = ""


@dataclass(frozen=True, slots=True)
class FileId:
    """What the kernel knows a file by; `generation` is None where the file system has none."""

    device: int
    inode: int
    generation: int | None = None

    @property
    def key(self) -> tuple[int, int]:
        """Device and inode: what no two files have at the same time."""
        return self.device, self.inode

    def may_be(self, other: FileId) -> bool:
        """Whether both can be the same file: a generation that is not known excludes nothing."""
        known = None not in (self.generation, other.generation)
        return self.key == other.key and (not known or self.generation == other.generation)


def file_id(descriptor: int) -> FileId:
    """What an open file is known by."""
    stat = os.fstat(descriptor)
    return FileId(stat.st_dev, stat.st_ino, _generation(descriptor))


def _generation(descriptor: int) -> int | None:
    try:
        answer = fcntl.ioctl(descriptor, _GET_GENERATION, bytes(8))
    except OSError:
        return None
    return int.from_bytes(answer[:4], "little")


@dataclass(frozen=True, slots=True)
class Stream:
    """How far the bytes that were first found at `origin`, and are now at `path`, were read.

    `id` begins the position of each notification and is a checkpoint's key: it stays when the file is renamed,
    copied or compressed. `epoch` counts the streams that one file held, each truncated away. `head` and `tail` are
    digests of up to WINDOW bytes at the beginning and before `offset`. `skipping`: the offset is within a line that
    is too long. `copy_of` is the id of the stream whose bytes these are, too. `gone` is since when there is no such
    file, in seconds since 1970.
    """

    id: str
    origin: str
    path: str
    file: FileId
    epoch: int = 0
    offset: int = 0
    head: str = _NOTHING
    tail: str = _NOTHING
    skipping: bool = False
    copy_of: str = ""
    gone: float | None = None

    @property
    def window(self) -> int:
        """How many bytes `head` and `tail` are of, each."""
        return min(WINDOW, self.offset)


def started(path: str, file: FileId, epoch: int = 0) -> Stream:
    """The stream of a file that has not been read: its id is the same after a crash before anything was kept."""
    key = json.dumps([path, file.device, file.inode, file.generation, epoch])
    return Stream(sha1(key.encode(), usedforsecurity=False).hexdigest()[:16], path, path, file, epoch)


def encoded(stream: Stream) -> str:
    """A stream as the text of a checkpoint. Not orjson: a path need not be UTF-8."""
    return json.dumps(asdict(stream), separators=(",", ":"))


def decoded(text: str) -> Stream:
    """The stream of a checkpoint."""
    fields = json.loads(text)
    return Stream(**{**fields, "file": FileId(**fields["file"])})


class Verdict(Enum):
    """What a file's bytes say of a stream that should be in it."""

    INTACT = auto()
    SHRUNK = auto()
    OTHER = auto()


def examined(stream: Stream, content: Content, size: int) -> tuple[Verdict, bytes]:
    """Whether a stream's bytes are still there, and if so its last WINDOW read ones and up to `size` after them.

    One read gets both, so that nothing can be truncated between the look and the read.
    """
    head = content.head(stream.window)
    data = content.read(stream.offset - stream.window, stream.window + size)
    if len(head) == stream.window and digest(head) != stream.head:
        return Verdict.OTHER, b""
    if len(data) < stream.window:
        return Verdict.SHRUNK, b""
    if digest(data[: stream.window]) != stream.tail:
        return Verdict.OTHER, b""
    return Verdict.INTACT, data


def verdict(stream: Stream, content: Content) -> Verdict:
    """Whether a stream's bytes are (still) those of a file."""
    return examined(stream, content, 0)[0]


def advanced(stream: Stream, before: bytes, consumed: int, *, skipping: bool) -> Stream:
    """A stream `consumed` bytes further on; `before` is what `examined` gave, up to there."""
    offset = stream.offset + consumed
    window = min(WINDOW, offset)
    head = stream.head if stream.window == WINDOW else digest(before[:window])
    return replace(stream, offset=offset, head=head, tail=digest(before[len(before) - window :]), skipping=skipping)


def placed(stream: Stream, content: Content, offset: int) -> Stream:
    """A stream at another offset, which the file has."""
    window = min(WINDOW, offset)
    tail = content.read(offset - window, window)
    return replace(stream, offset=offset, head=digest(content.head(window)), tail=digest(tail), skipping=False)


def end_of(content: Content, shape: Shape) -> int:
    """Where the last line of a file begins that has no end yet."""
    size = content.size()
    at = max(0, size - shape.enough)
    at -= at % 4
    return size - shape.rest(content.read(at, size - at))


def shares(one: Content, other: Content, size: int) -> bool:
    """Whether two files have the same first `size` bytes, as far as their first and last WINDOW of them tell."""
    window = min(WINDOW, size)
    if one.head(window) != other.head(window):
        return False
    return one.read(size - window, window) == other.read(size - window, window)


def digest(data: bytes) -> str:
    """What bytes are compared by; nothing for none."""
    return sha256(data).hexdigest()[:16] if data else _NOTHING
