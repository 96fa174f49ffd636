"""A report as one page of HTML, with plots, that needs nothing else: no script, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template

from adapters.delivery import words
from adapters.delivery.plot import plot
from adapters.delivery.report import Report

_PAGE = Path(__file__).parent / "page.html"
_TEXTS = 2
"""Columns of text, before those of numbers."""


def as_html(report: Report) -> str:
    """The page; all that is of the events is escaped."""
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        since=f"{report.since:%Y-%m-%d}",
        until=f"{report.until:%Y-%m-%d}",
        heading=escape(words.heading(report)),
        header=_row(words.HEADER, "th"),
        rows="\n".join(_row(row, "td") for row in words.rows(report)),
        plots="\n".join(_plots(report)),
        left_out=_left_out(report),
    )


def _row(cells: Sequence[str], kind: str) -> str:
    first = "".join(f"<{kind}>{escape(each)}</{kind}>" for each in cells[:_TEXTS])
    numbers = "".join(f'<{kind} class="n">{escape(each)}</{kind}>' for each in cells[_TEXTS:])
    return f"<tr>{first}{numbers}</tr>"


def _plots(report: Report) -> Iterator[str]:
    for name, points in groupby(report.series, key=lambda point: point.series):
        yield f"<section><h2>{escape(name)}</h2>{plot(list(points), report.since, report.until)}</section>"


def _left_out(report: Report) -> str:
    lines = "\n".join(f"<li>{escape(line)}</li>" for line in words.left_out(report))
    return f"<h2>Left out</h2>\n<ul>\n{lines}\n</ul>" if lines else ""
