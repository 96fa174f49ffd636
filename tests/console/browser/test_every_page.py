"""What holds in a browser for every page of the table."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from adapters.console.pages import PAGES
from tests.console.browser.consoles import flaws

PATHS = [*(each.path for each in PAGES), "/records/1"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing(page: Page, path: str, theme: str) -> None:
    """Contrast, names, roles and structure, in both themes."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # it is one of those
    page.goto(path)
    assert flaws(page) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_phone_shows_it_whole(page: Page, path: str) -> None:
    """At 360 pixels nothing sticks out of the page: what is wider scrolls within itself."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(path)
    assert page.evaluate("document.scrollingElement.scrollWidth") == 360


def test_the_theme_is_chosen_and_stays(page: Page) -> None:
    """The switch goes from the system's to light to dark, and the next page has what was chosen."""
    page.goto("/")
    switch = page.get_by_role("button", name="Theme: as the system's")
    switch.click()
    page.get_by_role("button", name="Theme: light").click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"


def test_a_keyboard_leads_to_the_content(page: Page) -> None:
    """The first stop of Tab skips the navigation."""
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
