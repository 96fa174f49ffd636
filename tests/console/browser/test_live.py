"""Live, in a browser, while a thousand notifications a second are heard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.journal import Database, log
from adapters.model import Notification
from tests.console.browser.consoles import beside
from tests.service import CONFIG, Service, build

A_SECOND = 1000
SECONDS = 60
AT_ONCE = 0.1

OBSERVE = """
    window.taken = {};
    new PerformanceObserver((list) => list.getEntries().forEach(({ interactionId: id, duration }) => {
        if (id) window.taken[id] = Math.max(window.taken[id] ?? 0, duration);
    })).observe({ type: "event", durationThreshold: 16, buffered: true });
"""
"""Keeps how long each press took until what it did was painted (Event Timing, https://www.w3.org/TR/event-timing/)."""


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """The folder of a sidecar, whose journal a test fills in its place."""
    service = Service(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG.format(port=service.port))
    Database(tmp_path / "journal.db", create=True).close()
    return service


@pytest.fixture
def live(browser: Browser, service: Service) -> Iterator[Page]:
    """A page of a console beside it; no script had an error."""
    with beside(service) as address:
        context = browser.new_context(base_url=address)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/live")
        yield page
        context.close()
    assert errors == []


def hear(folder: Path, *bodies: bytes) -> None:
    """Puts notifications into the journal."""
    with Database(folder / "journal.db") as database:
        log.append(database, [Notification("jenkins", body, datetime.now(UTC)) for body in bodies], [])


@contextmanager
def heard(folder: Path) -> Iterator[None]:
    """A_SECOND are heard, for as long as the block takes."""
    done = threading.Event()

    def tell() -> None:
        begun, told = monotonic(), 0
        with Database(folder / "journal.db") as database:
            while not done.wait(AT_ONCE):
                due = round((monotonic() - begun) * A_SECOND)
                bodies = map(build, range(told, due))
                log.append(database, [Notification("jenkins", body, datetime.now(UTC)) for body in bodies], [])
                told = due

    teller = threading.Thread(target=tell)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def test_what_is_heard_appears_by_itself(live: Page, service: Service) -> None:
    """With what it becomes; one of its numbers opens the record."""
    expect(live.locator(".heard")).to_have_count(0)
    expect(live.get_by_role("status").first).to_have_text("Watching.")
    hear(service.folder, build(7), b'{"of": "no kind that is known"}')
    expect(live.locator(".heard")).to_have_count(2)
    expect(live.locator(".heard").first).to_contain_text("covered by no rule")
    expect(live.locator(".heard").last).to_contain_text("pipelinerun.finished")
    live.get_by_role("link", name="1", exact=True).click()
    expect(live.get_by_role("heading", level=1)).to_have_text("Record 1 jenkins")


def test_a_pause_holds_what_is_there(live: Page, service: Service) -> None:
    """What is heard meanwhile comes when it goes on."""
    expect(live.get_by_role("status").first).to_have_text("Watching.")
    live.get_by_role("button", name="Pause").click()
    hear(service.folder, build(7))
    live.wait_for_timeout(1500)
    expect(live.locator(".heard")).to_have_count(0)
    live.get_by_role("button", name="Pause").press("Enter")
    expect(live.locator(".heard")).to_have_count(1)


def test_a_payload_runs_nothing(live: Page, service: Service) -> None:
    """A script in every field of what becomes an event is text."""
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    live.on("dialog", lambda _: pytest.fail("a payload was run"))
    hear(service.folder, build(7).replace(b'"load"', b'"%b"' % attack.encode()).replace(b"job/load", attack.encode()))
    expect(live.locator(".heard").first).to_contain_text("onerror")
    assert live.locator(".heard img, .heard script").count() == 0


def test_a_thousand_a_second_for_a_minute_leave_the_page_at_hand(live: Page, service: Service) -> None:
    """Input is answered within 100 ms, page and console stay as large as they are, and the rest is counted."""
    live.evaluate(OBSERVE)
    field = live.get_by_label("Subject")
    field.click()
    console = next(each for each in psutil.Process().children() if "console" in each.cmdline())
    with heard(service.folder):
        expect(live.locator(".heard")).to_have_count(100, timeout=60_000)
        live.wait_for_timeout(5_000)
        before = console.memory_info().rss
        for _ in range(SECONDS * 4):
            field.press("a")
            live.wait_for_timeout(250)
        assert console.memory_info().rss < before + (32 << 20)
        assert live.locator(".heard").count() == 100
    expect(live.locator("#passed")).to_contain_text("more were heard that are not shown")
    assert field.input_value() == "a" * (SECONDS * 4)
    slow = [each for each in live.evaluate("Object.values(window.taken)") if each >= 100]
    assert len(slow) <= SECONDS * 4 // 20, slow  # as others use the processors, too
