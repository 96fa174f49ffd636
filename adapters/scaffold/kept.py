"""What a journal has heard of one source, as samples: a webhook without a mapping keeps all that its tool says."""

from __future__ import annotations

from pathlib import Path

from adapters.errors import ConfigError, Problem
from adapters.journal import Database, log

LATEST = 50
"""Notifications that are looked at, the latest."""

_MAGIC = b"SQLite format 3\0"


def named(path: Path) -> tuple[Path, str] | None:
    """The journal that is meant by `journal.db` or `journal.db#source`, and the source; None for any other file."""
    if path.is_file():
        return (path, "") if _is_database(path) else None
    file, _, source = str(path).rpartition("#")
    return (Path(file), source) if file and Path(file).is_file() and _is_database(Path(file)) else None


def bodies(path: Path, source: str) -> list[bytes]:
    """The latest bodies of a source, or of the only one. Raises ConfigError, JournalUnavailable."""
    with Database(path) as database:
        there = log.sources(database)
        if source not in there and (source or len(there) != 1):
            which = f"it has heard {', '.join(there)}" if there else "it has heard nothing"
            raise ConfigError([Problem(str(path), f"of which source? {which}", f"--from {path}#SOURCE")])
        wanted = source or there[0]
        number, found = log.last(database), list[bytes]()
        while number > 0 and len(found) < LATEST:
            if (record := log.record(database, number)) and record.notification.source == wanted:
                found.append(record.notification.body)
            number -= 1
    return found[::-1]


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
