"""Metrics in a browser: plots are drawn by what the policy allows, in both themes and at a phone's width."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Page, expect

pytest.importorskip("duckdb", reason="needs the extra metrics")

from tests.console.browser.consoles import beside_files, filled, flaws
from tests.console.stories import cdevent, others
from tests.delivery.services import history

HOSTILE = "<img src=x onerror=\"document.title='run'\">"
SERIES = 5


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a console beside a journal with months of deliveries, some to a place with a hostile name."""
    folder: Path = tmp_path_factory.mktemp("metrics")
    place = {"id": f"live {HOSTILE}"}
    odd = [
        cdevent(f"x{n}", "service.deployed", n * 20_000, HOSTILE, environment=place, artifactId=f"pkg:generic/x@{n}")
        for n in range(3)
    ]
    filled(folder, others(folder), [*(orjson.loads(line) for line in history(60).lines()), *odd])
    with beside_files(folder) as address:
        yield address


def opened(page: Page, query: str = "") -> None:
    """The page with its numbers, which it shows by itself when they are made."""
    page.goto(f"/metrics?{query}")
    expect(page.get_by_role("heading", name="All numbers")).to_be_visible(timeout=60_000)
    expect(page.locator(".plot canvas")).to_have_count(SERIES)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, theme: str) -> None:
    """With numbers and plots, and a table that is open."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # it is one of those
    opened(page, "by=service")
    page.get_by_text("As a table").first.click()
    assert flaws(page) == []


def test_a_phone_shows_it_whole(page: Page) -> None:
    """Plots are as wide as there is room."""
    page.set_viewport_size({"width": 360, "height": 740})
    opened(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") == 360


def test_a_theme_that_is_chosen_is_that_of_the_plots(page: Page) -> None:
    """They are drawn anew, each once."""
    page.emulate_media(color_scheme="light")
    opened(page)
    before = page.locator(".plot canvas").first.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("button", name="Theme: as the system's").click()
    page.get_by_role("button", name="Theme: light").click()
    expect(page.locator(".plot canvas")).to_have_count(SERIES)
    assert page.locator(".plot canvas").first.evaluate("canvas => canvas.toDataURL()") != before


def test_a_question_is_asked_by_its_fields(page: Page) -> None:
    """And an answer is downloaded."""
    opened(page)
    page.get_by_label("Environments").fill("staging")
    page.get_by_label("Divided by").select_option("service")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Environments that count: staging.")).to_be_visible(timeout=60_000)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").click()
    assert Path(downloading.value.path()).read_text().startswith("metric,scope,unit,events")


def test_a_plot_answers_to_the_mouse(page: Page) -> None:
    """It tells the week, and its value in words."""
    opened(page)
    page.locator(".plot .u-over").first.hover()
    expect(page.locator(".plot").first.locator(".u-legend").get_by_text("2026-").first).to_be_visible()


def test_no_name_runs(page: Page) -> None:
    """Neither in numbers nor in a plot's legend."""
    opened(page, "by=service")
    expect(page.locator(".u-legend").get_by_text("onerror").first).to_be_visible()
    assert page.title() != "run"
    assert page.locator("main img").count() == 0
