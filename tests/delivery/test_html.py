"""The page: whole by itself, and harmless whatever events say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest

from adapters.delivery.html import as_html
from adapters.delivery.plot import plot
from adapters.delivery.report import ALL, Figure, LeftOut, Point, Report

MONDAY = datetime(2026, 3, 2)
WEEK = timedelta(days=7)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"

REPORT = Report(
    since=MONDAY,
    until=MONDAY + 4 * WEEK,
    zone="UTC",
    by="service",
    production=["production"],
    others=["staging"],
    figures=[Figure("change lead time", ALL, "s", 0), Figure("change fail rate", "shop", "share", 4, value=0.25)],
    left_out=[LeftOut("change lead time", ALL, "merged and not deployed", 3)],
    series=[
        Point("deployments a week", "eu", "", MONDAY, 3.0),
        Point("deployments a week", "us", "", MONDAY, 1.0),
        Point("deployments a week", "eu", "", MONDAY + 2 * WEEK, 2.0),
    ],
)


class Page(HTMLParser):
    """What is on a page: its elements with their attributes, and its text; every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element with nothing in it."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text."""
        self.text += data


def test_the_page_tells_what_the_report_does() -> None:
    """Numbers with their basis, what was left out, and a picture that can be read aloud."""
    page = Page(as_html(REPORT))
    for words in ("2026-03-02 to before 2026-03-30", "no data", "25.0 %", "3 merged and not deployed", "staging"):
        assert words in page.text
    [picture] = [attributes for name, attributes in page.elements if name == "svg"]
    assert picture["aria-label"] == "deployments a week: 2 weeks, at most 4"
    assert "2026-03-16 eu: 2" in page.text


def test_the_page_needs_nothing_else() -> None:
    """No script, no image, no link, nothing from anywhere; it says so to the browser."""
    page = Page(as_html(REPORT))
    assert {name for name, _ in page.elements} & {"script", "img", "link", "a", "iframe", "object"} == set()
    assert not [each for _, each in page.elements if {"src", "href", "onclick"} & set(each)]
    [policy] = [each["content"] for _, each in page.elements if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert "url(" not in as_html(REPORT)


def test_hostile_names_are_text() -> None:
    """In each place where a name of an event may stand."""
    hostile = replace(
        REPORT,
        production=[HOSTILE],
        others=[HOSTILE],
        figures=[Figure(HOSTILE, HOSTILE, "s", 1, p50=1.0)],
        left_out=[LeftOut(HOSTILE, ALL, HOSTILE, 1)],
        series=[Point(HOSTILE, name, "", MONDAY, 1.0) for name in (HOSTILE, "$rows", "b")],
    )
    page = Page(as_html(hostile))
    assert {name for name, _ in page.elements} & {"script", "img"} == set()
    assert page.text.count(HOSTILE) >= 6


def test_a_plot_stacks_what_is_of_one_week() -> None:
    """Heights are in proportion, each week has its place, and a week without anything is empty."""
    page = Page(plot(REPORT.series, REPORT.since, REPORT.until))
    bars = [attributes for name, attributes in page.elements if name == "rect"]
    (eu, us, later) = ({name: float(bar[name] or 0) for name in ("x", "y", "height")} for bar in bars)
    assert eu["height"] == pytest.approx(3 * us["height"], abs=0.2)
    assert us["y"] + us["height"] == pytest.approx(eu["y"], abs=0.2)
    assert us["x"] == eu["x"]
    assert later["x"] - eu["x"] == pytest.approx((720 - 64) / 2, abs=0.2)


def test_a_plot_of_nothing_but_zeros_is_drawn() -> None:
    """A rate may be none in every week."""
    assert 'height="0.0"' in plot([Point("rate", "all", "share", MONDAY, 0.0)], MONDAY, MONDAY + WEEK)
