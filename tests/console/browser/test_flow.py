"""The flow in a browser: it goes on by itself, and leaves alone whoever is in it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.console.browser.consoles import MAPPINGS
from tests.service import Service, build


def test_it_goes_on_by_itself(page: Page, sidecar: Service) -> None:
    """What is heard while it is open appears."""
    page.goto("/")
    shown = page.get_by_role("table").last.get_by_role("row", name="jenkins")
    before = shown.get_by_role("link").inner_text()
    assert len(MAPPINGS) == page.get_by_role("table").last.get_by_role("row").count() - 1
    sidecar.ask("POST", "/jenkins", build(1), {"Content-Type": "application/json"})
    expect(shown.get_by_role("link")).not_to_have_text(before)


def test_a_focus_stays_where_it_is(page: Page) -> None:
    """Nothing is put in the place of what somebody stands on with the keyboard."""
    page.goto("/")
    link = page.get_by_role("table").last.get_by_role("link").first
    link.focus()
    with page.expect_response(lambda answer: answer.url.endswith("/flow")):
        pass
    page.wait_for_timeout(100)
    expect(link).to_be_focused()
