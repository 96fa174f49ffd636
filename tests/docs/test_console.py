"""The page on the console, and the pictures of its pages."""

from __future__ import annotations

import re

import pytest

from adapters.console.pages import PAGES
from tests.checkout import ROOT
from tests.docs.pages import page

MOST = 200_000
"""Bytes of a picture."""


def test_each_page_is_described() -> None:
    """A row of the table in docs/console.md has its name, and no row another."""
    rows = re.findall(r"^\| ([A-Z]\w+) \|", page("docs/console.md"), re.MULTILINE)
    assert rows == [each.name for each in PAGES]


@pytest.mark.parametrize("name", [each.name for each in PAGES])
def test_each_page_is_seen_in_the_readme(name: str) -> None:
    """By a picture that is there, with what it shows in words, and that is small."""
    [(words, path)] = re.findall(rf"!\[({name}: [^\]]+)\]\(([^)]+)\)", page("README.md"))
    assert words
    assert 0 < (ROOT / path).stat().st_size < MOST
