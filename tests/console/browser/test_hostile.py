"""What an attacker writes into an event is read by people, and run by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser

from adapters.console.pages import PAGES
from tests.console.browser.consoles import beside
from tests.hostile_text import SCRIPT
from tests.service import CONFIG, running
from tests.waiting import until

BODIES = {
    "jenkins": {
        "name": SCRIPT,
        "display_name": SCRIPT,
        "url": SCRIPT,
        "build": {
            "full_url": SCRIPT,
            "number": 1,
            "queue_id": 1,
            "timestamp": 1718000000000,
            "phase": "FINALIZED",
            "status": "SUCCESS",
            "url": SCRIPT,
            "scm": {"url": SCRIPT, "branch": SCRIPT, "commit": SCRIPT},
            "log": SCRIPT,
            "parameters": {SCRIPT: SCRIPT},
        },
    },
    "gerrit": {"type": SCRIPT, SCRIPT: SCRIPT},
    "registry": {"events": [{"action": SCRIPT, SCRIPT: SCRIPT}]},
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console beside a sidecar that has heard a script in every field."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    with running(folder, CONFIG) as service:
        for path, body in BODIES.items():
            service.ask("POST", f"/{path}", orjson.dumps(body), {"Content-Type": "application/json", "X-Name": SCRIPT})
        service.ask("POST", "/registry", SCRIPT.encode(), {"Content-Type": "application/json"})
        until(lambda: service.lag() == 0)
        with beside(service) as url:
            yield url


@pytest.mark.parametrize("path", [*(page.path for page in PAGES), *(f"/records/{seq}" for seq in range(1, 5))])
def test_a_script_in_every_field_runs_nowhere(browser: Browser, address: str, path: str) -> None:
    """Neither does the policy have to stop one: there is none on the page."""
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        page.goto(path)
        page.wait_for_load_state("load")
        assert "owned" not in page.title()
        assert page.locator("img").count() == 0
        assert refused == []
