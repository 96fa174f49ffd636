"""What a command said of its tests: JUnit's, TAP's and Robot's reports, by the mappings that are shipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from glob import glob
from pathlib import Path

from adapters.errors import MappingError
from adapters.mapping import library
from adapters.mapping.translator import Translation
from adapters.model import CDEvent, Notification

_ROBOT = b"<robot"
_BEGINNING = 4096


def written_since(patterns: Sequence[str], start: float) -> list[Path]:
    """The files of some patterns (`**` is any depth) that were written since a time, and not by an earlier run."""
    found = {Path(name) for pattern in patterns for name in glob(pattern, recursive=True)}  # noqa: PTH207 - also absolute
    return sorted(file for file in found if file.is_file() and file.stat().st_mtime >= start)


def read(file: Path, source: str) -> tuple[Sequence[CDEvent], Sequence[str]]:
    """The events of a report, and what could not be read of it."""
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
