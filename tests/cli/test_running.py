"""The commands beside a service that runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from tests.cli.support import invoke
from tests.service import running
from tests.waiting import until


def status(journal: Path) -> dict[str, Any]:
    """What `status` says of each route, by its name."""
    routes = orjson.loads(invoke("status", "--json", "--journal", journal).stdout)["routes"]
    return {route["route"]: route for route in routes}


def test_dead_letters_are_listed_retried_and_dropped_while_it_runs(tmp_path: Path) -> None:
    """A body that no mapping can read is parked, shown, tried again in vain and given up, and legacy goes on."""
    journal = tmp_path / "journal.db"
    with running(tmp_path) as service:
        assert service.ask("POST", "/registry", b"{")[0] == 202
        until(lambda: status(journal).keys() == {"legacy", "cdevents"})
        assert {name: route["dead_letters"] for name, route in status(journal).items()} == {"legacy": 0, "cdevents": 1}
        assert invoke("dead-letters", "show", "cdevents", 1, "--body", "--journal", journal).stdout == "{\n"

        assert invoke("dead-letters", "retry", "--all", "--journal", journal).exit_code == 0
        until(lambda: _letter(journal)["attempts"] > 1)
        letter = _letter(journal)
        assert (letter["attempts"], letter["retry"]) == (2, False)
        assert "the body is not JSON" in letter["reason"]

        assert invoke("dead-letters", "drop", "cdevents", 1, "--journal", journal).exit_code == 0
        assert status(journal)["cdevents"]["dead_letters"] == 0
        assert service.stop() == 0


def _letter(journal: Path) -> dict[str, Any]:
    letter: dict[str, Any] = orjson.loads(invoke("dead-letters", "list", "--json", "--journal", journal).stdout)
    return letter
