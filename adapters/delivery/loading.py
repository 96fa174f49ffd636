"""Events as tables of DuckDB: it reads files of lines itself, and what it cannot make out is read here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, TypeGuard

from adapters.cdevents.heard import cdevents
from adapters.delivery.duck import DuckDb, over_files, quoted
from adapters.errors import ConfigError, Problem
from adapters.reading.files import plain
from adapters.reading.units import Lines, Unit
from adapters.replay.archive import archive, bodies_of
from adapters.store.parquet import EVENTS, LINKS, table, write
from adapters.store.rows import EventRow, LinkRow, event_row, link_rows

_SQL = Path(__file__).parent / "sql" / "files"
_REST = "select rest from lines where rest like '[%' or contains(rest, '\"data_base64\"')"
"""What is not plain: batches, and data that is encoded."""

_TOGETHER = 10_000
"""Events that are in memory at once, on their way into a file of Parquet."""


def load(inputs: Sequence[str], engine: DuckDb, folder: Path) -> None:
    """Makes the CDEvents in files the engine's: bare or in CloudEvents, in lines or arrays, compressed or not.

    What is none is passed over. Raises ConfigError for an input that is nothing, or cannot be read.
    """
    units = archive(inputs)
    _read_lines(engine, [_readable(unit) for unit in units if _is_plain(unit)], folder)
    rest = [row["rest"].encode() for row in engine.rows(_REST)]
    engine.run("drop table lines")
    _write(chain(rest, bodies_of(unit for unit in units if not _is_plain(unit))), folder)
    over_files(engine, folder, "file")


def load_bodies(bodies: Iterable[bytes], engine: DuckDb, folder: Path) -> None:
    """Makes the CDEvents in bodies the engine's; what is none is passed over."""
    _write(bodies, folder)
    over_files(engine, folder)


def _is_plain(unit: Unit) -> TypeGuard[Lines]:
    """Whether DuckDB reads it itself: a file of lines, on this machine, compressed by what it knows."""
    return isinstance(unit, Lines) and isinstance(unit.path, Path) and unit.path.suffix != ".xz"


def _readable(unit: Lines) -> Path:
    """The file, if it is one that may be read, wherever links lead."""
    try:
        with plain(unit.path, unit.roots):
            return Path(str(unit.path))
    except OSError as error:
        raise ConfigError([Problem(unit.name, f"cannot be read: {error.strerror}")]) from None


def _read_lines(engine: DuckDb, files: Sequence[Path], folder: Path) -> None:
    """Makes the tables `lines`, `file_events` and `file_links`; DuckDB wants one file at least."""
    (nothing := folder / "nothing.jsonl").touch()
    shape = json.loads((_SQL / "shape.json").read_text(encoding="utf-8"))
    words = {":shape": json.dumps({**shape, "data": shape}), ":files": quoted(nothing, *files)}
    for step in sorted(_SQL.glob("*.sql")):
        text = step.read_text(encoding="utf-8")
        for word, meaning in words.items():
            text = text.replace(word, meaning)
        engine.run(text)


def _write(bodies: Iterable[bytes], folder: Path) -> None:
    """Files of Parquet, one of each table at least."""
    documents = (document for body in bodies for document in cdevents(body, {})[0])
    for number in count():
        together = list(islice(documents, _TOGETHER))
        _write_part(together, folder, f"part-{number}.parquet")
        if len(together) < _TOGETHER:
            return


def _write_part(documents: Iterable[Mapping[str, Any]], folder: Path, name: str) -> None:
    events: list[EventRow] = []
    links: list[LinkRow] = []
    for document in documents:
        try:
            events.append(event_row(document))
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
        links.extend(link_rows(document, events[-1]))
    write(folder / EVENTS / name, table(EVENTS, events))
    write(folder / LINKS / name, table(LINKS, links))
