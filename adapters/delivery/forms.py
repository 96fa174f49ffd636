"""The forms of a report: a table for terminals, JSON and CSV for programs, Markdown for pages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple, fields

import orjson
from rich.console import Console
from rich.table import Table

from adapters.delivery import words
from adapters.delivery.html import as_html
from adapters.delivery.report import Figure, Report

_FORMULA = ("=", "+", "-", "@")
"""What spreadsheets take for the beginning of a formula."""

_NUMBERS = ("value", "p50", "p75", "p95", "from")


def as_table(report: Report) -> str:
    """Aligned columns, and below them what was left out."""
    console = Console(file=io.StringIO(), width=_width(report), highlight=False, markup=False, emoji=False)
    table = Table(*words.HEADER, box=None, pad_edge=False)
    for column in table.columns:
        column.justify = "right" if column.header in _NUMBERS else "left"
    for row in words.rows(report):
        table.add_row(*row)
    console.print(words.heading(report), end="\n\n")
    console.print(table)
    if report.left_out:
        console.print("\nLeft out:")
        for line in words.left_out(report):
            console.print(f"  {line}")
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"  # type: ignore[attr-defined]


def as_markdown(report: Report) -> str:
    """Two tables."""
    rules = ["---:" if name in _NUMBERS else "---" for name in words.HEADER]
    lines = [f"{words.heading(report)}\n", *map(_cells, (words.HEADER, rules, *words.rows(report)))]
    if report.left_out:
        lines += ["\nLeft out:\n", *(f"- {_plain(line)}" for line in words.left_out(report))]
    return "\n".join(lines) + "\n"


def as_csv(report: Report) -> str:
    """The figures as they are: seconds, shares from 0 to 1, nothing where nothing is known.

    A name that a spreadsheet would take for a formula is behind an apostrophe (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Figure))
    writer.writerows(map(_inert, astuple(each)) for each in report.figures)
    return text.getvalue()


def as_json(report: Report) -> str:
    """All of the report; times without a zone are of the report's clock."""
    return orjson.dumps(asdict(report), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


FORMS: Mapping[str, Callable[[Report], str]] = {
    "table": as_table,
    "json": as_json,
    "csv": as_csv,
    "markdown": as_markdown,
    "html": as_html,
}
"""What writes a report, by the name of the form."""


def _width(report: Report) -> int:
    return (
        80
        + max((len(each.scope) + len(each.metric) for each in report.figures), default=0)
        + len(words.heading(report))
    )


def _cells(row: Sequence[str]) -> str:
    return f"| {' | '.join(map(_plain, row))} |"


def _plain(text: str) -> str:
    """As one line, of which Markdown makes nothing else: no cell, code, link, picture or HTML."""
    return re.sub(r"[\\`|\[]", r"\\\g<0>", _line(text)).replace("<", "&lt;")


def _inert(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    text = _line(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(text: str) -> str:
    return " ".join(text.split())
