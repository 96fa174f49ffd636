"""A sidecar that has heard something, a console beside it, and Debian's Chromium that looks at it.

The browser is that of a module, and its tests are no coroutines: Playwright has an event loop of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.console.browser.consoles import beside, hear
from tests.service import Service, running
from tests.waiting import PATIENCE

CHROMIUM = shutil.which("chromium")
WITHOUT = ["--no-sandbox", "--disable-dev-shm-usage"]
"""What Chromium does without, as containers do not have it: namespaces of users, and much shared memory."""

expect.set_options(timeout=1000 * PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these are slow, and need the browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="chromium is not installed (apt-get install chromium)"))


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A sidecar for three tools, which has published what the shipped examples say."""
    with running(tmp_path_factory.mktemp("sidecar")) as service:
        hear(service)
        yield service


@pytest.fixture(scope="module")
def console(sidecar: Service) -> Iterator[str]:
    """The address of a console beside it."""
    with beside(sidecar) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=WITHOUT)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, console: str) -> Iterator[Page]:
    """A page of the console; at the end nothing was refused by its policy, and no script had an error."""
    context = browser.new_context(base_url=console)
    opened = context.new_page()
    opened.set_default_timeout(1000 * PATIENCE)
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []
