"""The pieces of an archive, each read from any place in it: files of lines, whole files, compressed files, journals."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from adapters.journal import log
from adapters.journal.database import Database
from adapters.mapping import EACH_LINE, Framing, Grouping
from adapters.model import FILE, Notification
from adapters.objects import Object
from adapters.reading.files import ANYWHERE, File, compressed, kind, opened, plain
from adapters.reading.lines import Found, Place, part, records
from adapters.roots import Outside, Roots

_WHOLE = frozenset({".json", ".xml", ".tap"})
_TEXT = frozenset({".log", ".txt", ".out"})

LARGEST = 64 << 20
"""Bytes of a file that is one notification, when it is not compressed any more; a larger one is parked."""

_BLOCK = 1 << 20


class Item(NamedTuple):
    """One notification, the number of its line, and the place after it."""

    notification: Notification
    line: int
    after: Place


class Unit(Protocol):
    """A piece of an archive that is read in order. `size` is in the measure of `Place.offset`, or near it."""

    @property
    def name(self) -> str: ...  # noqa: D102  said above
    @property
    def size(self) -> int: ...  # noqa: D102  said above

    def where(self, line: int) -> str:
        """Where a person finds a line."""

    def read(self, source: str, start: Place) -> Iterator[Item]:
        """The notifications from a place on, said to be of a source where they do not say of which themselves."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A file of lines, each record of them a notification; of it, those that begin between two offsets."""

    path: File
    size: int
    begin: int = 0
    end: int | None = None
    framing: Framing = EACH_LINE
    roots: Roots = ANYWHERE

    @property
    def name(self) -> str:
        """The path, and the part of the file where it is not all."""
        return str(self.path) if self.end is None else f"{self.path}[{self.begin}:{self.end}]"

    def where(self, line: int) -> str:
        """`file:line`."""
        return f"{self.path}:{line}"

    def between(self, begin: int, end: int) -> Lines:
        """The records that begin in a part of the file."""
        return replace(self, begin=begin, end=end, size=end - begin)

    def read(self, source: str, start: Place) -> Iterator[Item]:
        """The records that are not blank."""
        heard = _heard(self.path)
        positioned = kind(self.path) in _TEXT  # equal lines of text may mean two things; equal documents are one
        with opened(self.path, self.roots) as file:
            for body, place, after in self._records(file, start):
                position = f"{self.path}:{place.offset}" if positioned else ""
                yield Item(Notification(source, body, heard, {}, position), place.line, after)

    def _records(self, file: BinaryIO, start: Place) -> Iterator[Found]:
        if start.offset or not self.begin:
            _skip(file, start.offset)
            return records(file, start, self.end, Grouping(self.framing), amid=False)
        first, grouping = part(file, self.begin, self.framing)
        file.seek(first.offset)
        return records(file, first, self.end, grouping, amid=True)


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that is one notification."""

    path: File
    size: int
    roots: Roots = ANYWHERE

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def where(self, line: int) -> str:
        """`file:1`."""
        return f"{self.path}:{line}"

    def read(self, source: str, start: Place) -> Iterator[Item]:
        """The file, unless it is behind the start."""
        if not start.offset:
            with opened(self.path, self.roots) as file:
                body = _whole(file)
            yield Item(
                Notification(source, body, _heard(self.path), {FILE: str(self.path)}), 1, Place(max(1, self.size))
            )


@dataclass(frozen=True, slots=True)
class Kept:
    """A journal: what is still in it, of all its sources or of one."""

    path: Path
    size: int
    only: str = ""

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def where(self, line: int) -> str:
        """The journal, and the number of the record in it."""
        return f"{self.path}#{line}"

    def read(self, source: str, start: Place) -> Generator[Item]:  # noqa: ARG002  a journal says which source
        """The records beyond the start, whose offset is a record's number."""
        with closing(Database(self.path)) as database:
            after = start.offset
            while records := log.read(database, after, 500):
                for record in records:
                    after = record.seq
                    if self.only in ("", record.notification.source):
                        yield Item(record.notification, after, Place(after, after))


def of_object(found: Object, framing: Framing = EACH_LINE) -> Unit:
    """The unit that an object is, as `unit` has it for a file of such a name; a journal cannot be read there."""
    size = found.size
    return Whole(found, size) if kind(found) in _WHOLE else Lines(found, size, framing=framing)


def settles(found: Object) -> bool:
    """Whether an object is only to be read when it is complete: it is one notification, or is compressed."""
    return kind(found) in _WHOLE or compressed(found)


def version(unit: Unit) -> str:
    """What tells an object from a later one of its name; empty for anything else."""
    path = getattr(unit, "path", None)
    return path.version if isinstance(path, Object) else ""


def unit(path: Path, framing: Framing = EACH_LINE, only: str = "", roots: Roots = ANYWHERE) -> Unit:
    """The unit that a file is, by its name: `.json`, `.xml` or `.tap` is one notification, else each record in it.

    Of a journal it has `only` what one source heard, if that is said. A file that is in none of the roots is one that
    says so when it is read.
    """
    size = path.stat().st_size
    if is_journal(path, roots):
        with closing(Database(path)) as database:
            return Kept(path, log.last(database), only)
    return Whole(path, size, roots) if kind(path) in _WHOLE else Lines(path, size, framing=framing, roots=roots)


def divisible(unit: Unit) -> bool:
    """Whether parts of a unit can be read by themselves: of a compressed file they cannot, of an object not cheaply."""
    return isinstance(unit, Lines) and isinstance(unit.path, Path) and not compressed(unit.path)


def _whole(file: BinaryIO) -> bytes:
    body = file.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise ValueError(f"it is one notification of more than {LARGEST >> 20} MiB")
    return body


def _heard(path: File) -> datetime:
    """A file tells no other time of hearing than its own."""
    if isinstance(path, Object):
        return path.modified
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _skip(file: BinaryIO, count: int) -> None:
    """Moves on from the beginning of a file; what is compressed has to be read."""
    if file.seekable():
        file.seek(count)
        return
    while count and (block := file.read(min(_BLOCK, count))):
        count -= len(block)


def is_journal(path: Path, roots: Roots = ANYWHERE) -> bool:
    """Whether a file is one that may be read; raises OSError where it cannot be."""
    try:
        with plain(path, roots) as file:
            return file.read(16) == b"SQLite format 3\0"
    except Outside:
        return False


def kept_sources(path: Path) -> list[str]:
    """The sources of which a journal still has something."""
    with closing(Database(path)) as database:
        return log.sources(database)
