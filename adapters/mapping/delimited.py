"""Lines of CSV (RFC 4180), with any delimiter."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.mapping.framing import Record

Row = tuple[dict[str, str], Mapping[str, Any] | None]
"""The cells by column, and what the envelope of the line says where they begin."""


def rows(records: Sequence[Record], delimiter: str, columns: Sequence[str] | None) -> Iterator[Row]:
    """The rows under the given columns, or under those that the first row names.

    A row of the names of the given columns is a header, and passed over. Raises ValueError, with the number of the
    line, for what is not CSV, has another number of cells, or is a header that names a column twice.
    """
    found = _cells(records, delimiter)
    names = [*columns] if columns is not None else _header(found)
    for (_, number, said), cells in found:
        if len(cells) != len(names):
            raise ValueError(f"is not such CSV in line {number}: {len(names)} cells are expected, not {len(cells)}")
        if columns is None or cells != names:
            yield dict(zip(names, cells, strict=True)), said


def _header(rows: Iterator[tuple[Record, list[str]]]) -> list[str]:
    (_, number, _), cells = next(rows, ((b"", 1, None), []))
    if twice := next((name for name in cells if cells.count(name) > 1), None):
        raise ValueError(f"is CSV with the column '{twice}' twice in line {number}")
    return cells


def _cells(records: Sequence[Record], delimiter: str) -> Iterator[tuple[Record, list[str]]]:
    """The rows that are not blank, each with the record it begins in."""
    reader = csv.reader((f"{_text(*each)}\n" for each in records), delimiter=delimiter, strict=True)
    begin = 0
    try:
        for cells in reader:
            if cells:
                yield records[begin], cells
            begin = reader.line_num
    except csv.Error as error:
        raise ValueError(f"is not CSV in line {records[begin][1]}: {error}") from None


def _text(text: bytes, number: int, _: object) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 in line {number}: {error}") from None
