"""CSV files (RFC 4180, in UTF-8, with a header) as tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from adapters.errors import ConfigError, Problem
from adapters.yamlfile import suggestion

_TOLD = 20
_Row = tuple[int, Sequence[str]]
"""The number of a row's first line, from 1, and its fields."""


def read(path: Path, name: str, key: str, value: str | None) -> Mapping[str, Any]:
    """For each text in the column `key` what is in the column `value`, or, if none is given, in one that is named so.

    Where there is none it is the whole row, as an object. White space around fields is no part of them, and a row of
    empty ones counts for nothing. Raises ConfigError with the first problems of the file, each as `file:line`.
    """
    (_, header), *rows = _rows(path, name) or [(1, [])]
    if problems := list(islice((*_header(header, name, key, value), *_wrong(rows, header, name, key)), _TOLD)):
        raise ConfigError(problems)
    column = value or ("value" if "value" in header else None)
    objects = (dict(zip(header, fields, strict=True)) for _, fields in rows)
    return {each[key]: each[column] if column else each for each in objects}


def _rows(path: Path, name: str) -> list[_Row]:
    rows: list[_Row] = []
    line = 1
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True, skipinitialspace=True)
        try:
            for fields in reader:
                rows.append((line, [field.strip() for field in fields]))
                line = reader.line_num + 1
        except (csv.Error, UnicodeDecodeError) as error:
            reason = str(error) if isinstance(error, csv.Error) else "is not UTF-8 text"
            raise ConfigError([Problem(f"{name}:{line}", reason)]) from None
    return [row for row in rows if any(row[1])]


def _header(header: Sequence[str], name: str, *wanted: str | None) -> Iterator[Problem]:
    for column in filter(None, wanted):
        if column not in header:
            hint = suggestion(column, header) or f"its columns are {', '.join(header) or 'none'}"
            yield Problem(f"{name}:1", f"there is no column '{column}'", hint)
    for column in {each for each in header if header.count(each) > 1}:
        yield Problem(f"{name}:1", f"there are two columns '{column}'")


def _wrong(rows: Sequence[_Row], header: Sequence[str], name: str, key: str) -> Iterator[Problem]:
    """What is wrong with rows: too many or too few fields, no key, or one that is there already."""
    at = header.index(key) if key in header else 0
    seen: dict[str, int] = {}
    for line, fields in rows:
        if len(fields) != len(header):
            yield Problem(f"{name}:{line}", f"has {len(fields)} fields, and the header has {len(header)}")
        elif not fields[at]:
            yield Problem(f"{name}:{line}", f"has nothing in the column '{header[at]}'")
        elif (first := seen.setdefault(fields[at], line)) != line:
            yield Problem(f"{name}:{line}", f"'{fields[at]}' is in line {first}, too")
