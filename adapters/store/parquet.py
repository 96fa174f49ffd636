"""Rows as files of Parquet, each whole from the moment that it has its name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, get_type_hints

import pyarrow as pa
from pyarrow import parquet

from adapters import private
from adapters.durable import sync_directory
from adapters.store.rows import EventRow, LinkRow

EVENTS, LINKS = "events", "links"
"""The folders of a store of files, and the tables of one in a database."""

_TIME = pa.timestamp("us", tz="UTC")


def _schema(row: type[NamedTuple]) -> pa.Schema:
    kinds = get_type_hints(row)
    return pa.schema([(name, _TIME if kinds[name] is datetime else pa.string()) for name in row._fields])


_SCHEMAS = {EVENTS: _schema(EventRow), LINKS: _schema(LinkRow)}


def table(kind: str, rows: Sequence[EventRow | LinkRow]) -> pa.Table:
    """Rows of `events` or `links` as a table of Arrow."""
    schema = _SCHEMAS[kind]
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table([pa.array(column, of.type) for column, of in zip(columns, schema, strict=True)], schema)


def write(path: Path, written: pa.Table, *, compression: str = "zstd", mode: int = private.OWNER) -> None:
    """Writes a file beside its place, flushes it to the disk, and gives it its name; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    with private.made(unfinished).open("wb") as file:
        parquet.write_table(written, file, compression=compression)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    unfinished.rename(path)
    sync_directory(path.parent)
