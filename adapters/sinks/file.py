"""A file of JSON Lines, rotated by size or time, for shippers and archives."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from adapters import private
from adapters.durable import sync_directory
from adapters.errors import TransientError
from adapters.model import Message
from adapters.settings import Duration, Expected, Field, Size
from adapters.sinks.contract import SinkSettings
from adapters.sinks.rotation import Rotation
from adapters.sinks.standing import Standing
from adapters.worker import Worker

_BLOCK = 1 << 16


class FileSettings(SinkSettings):
    """Where the file is, and when it is rotated: beyond a size, at every multiple of a time in UTC, or both.

    With `fsync`, what is acknowledged survives a power cut. `keep` is how many rotated files stay. `mode` says who may
    read the file, as chmod does: its owner alone, unless told otherwise.
    """

    type: Literal["file"]
    path: Path
    fsync: bool = True
    rotate_size: Annotated[Size, Field(gt=0)] | None = None
    rotate_every: Annotated[Duration, Field(gt=0)] | None = None
    gzip: bool = False
    keep: Annotated[int, Field(ge=0)] | None = None
    mode: Annotated[str, Field(pattern=r"^0?[0-7]{3}$"), Expected("a mode in quotes, such as '0640'")] = "0600"


class FileSink:
    """Appends a batch as a whole: where that fails, the file ends as it did before.

    A file that another program moved or deleted is made anew; a last line that a crash tore is cut off. An event that
    stands at the file's end when the sink starts, for a kill came before that was noted, is not written again.
    """

    def __init__(self, settings: FileSettings, *, clock: Callable[[], float] = time.time) -> None:
        self._path = settings.path
        self._fsync = settings.fsync
        self._mode = int(settings.mode, base=8)
        self._clock = clock
        self._rotation = Rotation(settings.rotate_size, settings.rotate_every, settings.keep, settings.gzip)
        self._file: tuple[int, os.stat_result] | None = None
        self._standing: Standing | None = None
        self._worker = Worker("file-sink")

    def publish(self, batch: Sequence[Message]) -> Awaitable[None]:
        """Appends one line for each message, but for those that stood there at the start."""
        return self._worker.run(lambda: self._append(batch))

    async def aclose(self) -> None:
        """Closes the file after what is under way."""
        await self._worker.run(self._close)
        self._worker.close()

    def _append(self, batch: Sequence[Message]) -> None:
        try:
            file, status = self._open()
            if self._standing is None:
                self._standing = self._stood(file)
            if self._rotation.due(status, self._clock()):
                self._close()
                self._rotation.rotate(self._path, self._clock())
                file, status = self._open()
            self._write(file, status.st_size, self._standing.rest(batch))
        except OSError as error:
            self._close()
            raise TransientError(f"file {self._path}: {error.strerror or error}") from error

    def _open(self) -> tuple[int, os.stat_result]:
        """The file, open at its end, and what it is now: a new one where it is gone."""
        if self._file is not None:
            file, opened = self._file
            with suppress(FileNotFoundError):
                if os.path.samestat(status := self._path.stat(), opened):
                    return file, status
            self._close()
        file = _opened(self._path, self._mode)
        self._file = file, os.fstat(file)
        return self._file

    def _stood(self, file: int) -> Standing:
        """What is there at the start: flushed now, for the kill may have come before that."""
        if self._fsync:
            os.fsync(file)
        return Standing.at_end_of(file)

    def _write(self, file: int, end: int, lines: bytes) -> None:
        try:
            rest = memoryview(lines)
            while rest:
                rest = rest[os.write(file, rest) :]
            if self._fsync:
                os.fsync(file)
        except OSError:
            os.ftruncate(file, end)
            raise

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file[0])
            self._file = None


def _opened(path: Path, mode: int) -> int:
    """A file open for appending, made with its directory, and known to the directory after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = private.opener(str(path), os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        if not os.fstat(file).st_size:
            os.fchmod(file, mode)
        os.ftruncate(file, _end_of_lines(file))
        sync_directory(path.parent)
    except OSError:
        os.close(file)
        raise
    return file


def _end_of_lines(file: int) -> int:
    """Where the last whole line ends."""
    end = os.fstat(file).st_size
    while end:
        start = max(0, end - _BLOCK)
        if (newline := os.pread(file, end - start, start).rfind(b"\n")) >= 0:
            return start + newline + 1
        end = start
    return 0
