"""What stays behind, in a browser: opened, tried again, given up; and not by a page of somebody else."""

from __future__ import annotations

import re

from playwright.sync_api import Dialog, Page, expect

from adapters.journal import Database, deadletters
from tests.console.browser.consoles import flaws
from tests.service import Service
from tests.waiting import until

FOREIGN = """<form method="post" action="{console}/problems/drop"><input name="route" value="cdevents">
<input name="seq" value="{seq}"><button>Win a prize</button></form>"""


def letters(sidecar: Service) -> list[deadletters.DeadLetter]:
    """What is parked now."""
    with Database(sidecar.folder / "journal.db") as database:
        return deadletters.listed(database)


def test_a_foreign_page_drops_nothing(page: Page, sidecar: Service, console: str) -> None:
    """A form that a visitor of another site sends here is refused; whoever sends it has no token."""
    [letter] = letters(sidecar)
    foreign = page.context.browser
    assert foreign is not None
    with foreign.new_context() as context:
        visited = context.new_page()
        html = FOREIGN.format(console=console, seq=letter.seq)
        visited.route("http://elsewhere.test/", lambda route: route.fulfill(body=html, content_type="text/html"))
        visited.goto("http://elsewhere.test/")
        with visited.expect_response(lambda answer: answer.url.endswith("/problems/drop")) as answered:
            visited.get_by_role("button").click()
    assert answered.value.status == 403
    assert letters(sidecar) == [letter]


def test_a_dead_letter_is_opened_and_tried_again(page: Page, sidecar: Service) -> None:
    """From its cause to the record, which has body and reason; the running sidecar tries it again."""
    page.goto("/problems")
    page.get_by_role("link", name=re.compile("Open the last")).click()
    expect(page.locator("pre").last).to_contain_text("{ no JSON")
    expect(page.locator("main")).to_contain_text("the body is not JSON")
    page.get_by_role("button", name="Retry", exact=True).click()
    until(lambda: letters(sidecar)[0].attempts == 2)
    page.reload()
    expect(page.locator("main")).to_contain_text("2 attempts")
    assert flaws(page) == []


def test_what_is_unmatched_leads_to_why(page: Page) -> None:
    """The group, its last record, and each rule's answer."""
    page.goto("/problems")
    expect(page.locator("#unmatched")).to_contain_text("$phase is missing")
    page.locator("#unmatched").get_by_role("link", name=re.compile("^Open ")).first.click()
    expect(page.get_by_role("heading", name="What each rule says")).to_be_visible()
    expect(page.locator("tr.no").first).to_contain_text("no, $phase is missing")


def test_a_drop_is_asked_for_twice(page: Page, sidecar: Service) -> None:
    """Who says no keeps it; who says yes is led back to where nothing is left to do."""
    page.goto("/problems")

    def no(dialog: Dialog) -> None:
        dialog.dismiss()

    page.once("dialog", no)
    page.get_by_role("button", name="Drop all").click()
    assert len(letters(sidecar)) == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Drop all").click()
    expect(page.get_by_text("No dead letters.")).to_be_visible()
    assert letters(sidecar) == []
    page.goto("/")
    expect(page.get_by_text("all well")).to_be_visible()
