"""The forms of a report are harmless whatever events say."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from adapters.delivery.forms import as_csv, as_markdown
from adapters.delivery.report import Figure, Report
from tests.delivery.test_html import REPORT


def named(scope: str) -> Report:
    """A report of one scope."""
    return replace(REPORT, figures=[Figure("deployment frequency", scope, "/day", 4, value=-0.5)])


@pytest.mark.parametrize(
    "scope", ['=HYPERLINK("https://attacker.example.net/")', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]
)
def test_csv_has_no_formula(scope: str) -> None:
    """What a spreadsheet would run is text; a number below zero is still a number."""
    [row] = csv.DictReader(io.StringIO(as_csv(named(scope)), newline=""))
    assert (row["scope"], row["value"]) == (f"'{scope.strip()}", "-0.5")


def test_csv_has_other_names_as_they_are() -> None:
    """An apostrophe is before nothing else."""
    [row] = csv.DictReader(io.StringIO(as_csv(named("team/shop=1"))))
    assert row["scope"] == "team/shop=1"


@pytest.mark.parametrize(
    ("scope", "cell"),
    [
        ("![](https://attacker.example.net/x.png)", "!\\[](https://attacker.example.net/x.png)"),
        ("a\n\n# b", "a # b"),
        ("a|b", "a\\|b"),
        ("a\\", "a\\\\"),
        ("`a<b", "\\`a&lt;b"),
    ],
)
def test_markdown_has_names_as_text(scope: str, cell: str) -> None:
    """No picture that is fetched, no line or cell of its own."""
    assert f"| deployment frequency | {cell} | " in as_markdown(named(scope))
