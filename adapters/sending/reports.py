"""What a command said of its tests: JUnit's, TAP's and Robot's reports, by the mappings that are shipped."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from glob import glob
from pathlib import Path
from stat import S_ISREG

from adapters.errors import AdapterError, MappingError
from adapters.mapping import library
from adapters.mapping.translator import Translation
from adapters.model import CDEvent, Notification

States = Mapping[Path, tuple[int, ...]]

LARGEST = 64 << 20
"""Bytes of a report that is read, at most."""

PATIENCE = 10.0
"""Seconds that reports are looked for, at most: the command waits for that."""

_ROBOT = b"<robot"
_BEGINNING = 4096


class TooMany(AdapterError):
    """Files are not found in time: what to do."""


def matching(patterns: Sequence[str], seconds: float = PATIENCE) -> States:
    """The files of some patterns (`**` is any depth), each with what is another when it was written again.

    Raises TooMany where they are looked for longer than that. For the main thread.
    """
    with _within(seconds):
        return _matching(patterns)


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TooMany(f"looking for reports takes more than {seconds:g} s: name the folder that they are in")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with warnings.catch_warnings(category=ResourceWarning, action="ignore"):  # of a folder that was just opened
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _matching(patterns: Sequence[str]) -> States:
    names = {name for pattern in patterns for name in glob(pattern, recursive=True)}  # noqa: PTH207 - also absolute
    return {Path(name): state for name in names if (state := _state(name)) is not None}


def written(patterns: Sequence[str], before: States) -> list[Path]:
    """The files of some patterns that were not there before as they are now, whatever the clock says of them."""
    return sorted(file for file, state in matching(patterns).items() if before.get(file) != state)


def _state(name: str) -> tuple[int, ...] | None:
    try:
        found = Path(name).stat()
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns) if S_ISREG(found.st_mode) else None


def read(file: Path, source: str) -> tuple[Sequence[CDEvent], Sequence[str]]:
    """The events of a report, and what could not be read of it."""
    if file.stat().st_size > LARGEST:
        return [], [f"{file}: is larger than {LARGEST >> 20} MiB, and not read"]
    body = file.read_bytes()
    translator = library.load(_mapping(file, body), instance=source, variables={})
    try:
        found = translator.translate(Notification(file.name, body, datetime.now(UTC)))
    except MappingError as error:
        found = Translation(errors=(str(error),))
    return found.events, [f"{file}: {error}" for error in found.errors]


def events(files: Sequence[Path], source: str, problems: list[str]) -> Iterator[CDEvent]:
    """The events of some reports; `problems` takes what could not be read."""
    for file in files:
        try:
            made, wrong = read(file, source)
        except OSError as error:
            problems.append(f"{file}: {error.strerror}")
            continue
        problems += wrong
        yield from made


def _mapping(file: Path, body: bytes) -> str:
    if file.suffix.lower() != ".xml" and body.lstrip()[:1] != b"<":
        return "tap/report"
    return "robot/output" if _ROBOT in body[:_BEGINNING] else "junit/report"
