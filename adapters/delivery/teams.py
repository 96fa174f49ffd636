"""Who has what: a table of teams beside the events, which seldom say."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from adapters.errors import ConfigError, Problem

_COLUMNS = 2


def teams(path: Path) -> Mapping[str, str]:
    """The team of each service and repository in a CSV of two columns; raises ConfigError for any other line."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        return dict(_pair(path, lines.line_num, row) for row in lines if row)


def _pair(path: Path, line: int, row: list[str]) -> tuple[str, str]:
    if len(row) != _COLUMNS:
        hint = "write name,team"
        raise ConfigError([Problem(f"{path}:{line}", f"expected a service or repository, and its team: {row}", hint)])
    return row[0].strip(), row[1].strip()
