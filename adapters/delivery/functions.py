"""The metrics as functions of the store in PostgreSQL, for dashboards: the same SQL files, run by whoever asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.delivery.measuring import DIMENSIONS, FACTS, PARAMETERS, statements

_NUMBERS = "value double precision, p50 double precision, p75 double precision, p95 double precision"
_COLUMNS = {
    "figures": f"metric text, scope text, unit text, events bigint, {_NUMBERS}",
    "left_out": "metric text, scope text, reason text, events bigint",
    "series": "series text, name text, unit text, period timestamp, value double precision",
}
"""What each function gives; they are called after the folders of their SQL."""

_DIMENSION = f"case $4 {' '.join(f'when {each!r} then {sql}' for each, sql in DIMENSIONS.items())} end"
_MADE = re.compile(r"^create temporary table (\w+)", re.MULTILINE)
_PLACE = re.compile(r":(name|columns|parameters|facts|results|tables)\b")


def functions() -> str:
    """SQL that makes the functions, or makes them anew.

    `figures`, `left_out` and `series` take two times, the name of a time zone, what to divide by (a key of DIMENSIONS,
    or ''), and which environments are production. They make temporary tables, and leave none.
    """
    looks_productive, function = statements("store", "")
    return looks_productive + "".join(_filled(function, each) for each in _COLUMNS)


def _filled(function: str, name: str) -> str:
    facts = "".join(_ended(FACTS))
    parts = {
        "name": name,
        "columns": _COLUMNS[name],
        "parameters": PARAMETERS,
        "facts": facts,
        "results": "".join(f"return query {each}" for each in _ended(name)),
        "tables": ", ".join(_MADE.findall(PARAMETERS + facts)),
    }
    return _PLACE.sub(lambda place: parts[place[1]], function)


def _ended(folder: str) -> Iterator[str]:
    """What is in a folder's files, each ended as a statement is, without its comments."""
    for each in statements(folder, _DIMENSION):
        yield re.sub(r"^--.*\n", "", each, flags=re.MULTILINE).strip().rstrip(";") + ";\n"
