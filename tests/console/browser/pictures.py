"""Makes the pictures of the console's pages that the README shows: `make pictures`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import orjson
from playwright.sync_api import Page, sync_playwright

from adapters.console.pages import PAGES
from tests.checkout import ROOT
from tests.console.browser import demonstration
from tests.console.browser.conftest import CHROMIUM, WITHOUT
from tests.console.browser.consoles import beside, hear
from tests.receiver import receiving
from tests.service import CONFIG, Service, running
from tests.waiting import until

FOLDER = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1200, 720
HIGHER = {"Chain": 1250, "Metrics": 1250}
"""Pages of which more is shown."""

DARK = {"Live", "Chain"}
"""Pages that are shown in the dark."""

_TEAM = CONFIG.replace(
    "sinks:\n",
    "  team: {{type: webhook, path: /team, cdevents: true}}\nsinks:\n"
    "  pager: {{type: http-call, url: 'RECEIVER', done: done.db}}\n",
).replace(
    "routes:\n", "routes:\n  incidents: {{format: cdevents, sink: pager, sources: [team], types: ['incident.*']}}\n"
)


def picture(name: str) -> Path:
    """Where that of a page is, by its name in the navigation."""
    return FOLDER / f"console-{name.lower()}.png"


def main() -> int:
    """Takes all of them, or those of the pages that are named."""
    with TemporaryDirectory(prefix="pictures-") as folder, receiving() as receiver:
        config = _TEAM.replace("RECEIVER", receiver.url)
        with running(Path(folder), config) as service, beside(service) as address, sync_playwright() as playwright:
            since = datetime.now(UTC) - timedelta(days=demonstration.DAYS)
            questions = {"Chain": f"?id={_told(service)}", "Metrics": f"?since={since:%Y-%m-%d}"}
            hear(service)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=WITHOUT)
            for each in PAGES:
                if not sys.argv[1:] or each.name in sys.argv[1:]:
                    path = each.path + questions.get(each.name, "")
                    _take(browser.new_page(base_url=address, color_scheme=_theme(each.name)), path, each.name)
            browser.close()
    return 0


def _theme(name: str) -> Literal["dark", "light"]:
    return "dark" if name in DARK else "light"


def _told(service: Service) -> str:
    """Has the sidecar hear of a team's weeks; gives a change of them that led to an incident."""
    told = demonstration.events(datetime.now(UTC))
    for each in told:
        service.ask("POST", "/team", orjson.dumps(each), {"Content-Type": "application/json"})
    until(lambda: service.lag() == 0)
    resolved = [each for each in told if "incident.resolved" in each["context"]["type"]]
    return str(int(resolved[-1]["context"]["chainId"].partition("-")[0], 16))


def _take(page: Page, path: str, name: str) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HIGHER.get(name, HEIGHT)})
    page.goto(path)
    page.wait_for_load_state("load")
    page.wait_for_timeout(3000)  # rates are of two looks
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=picture(name))


if __name__ == "__main__":
    sys.exit(main())
