"""A console as a process beside a sidecar, and what that may have heard."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from adapters.config import Config
from tests.checkout import ROOT
from tests.console.stories import heard
from tests.console.support import journal
from tests.service import Service, free_port, listens
from tests.waiting import until

MAPPINGS = {"jenkins": "jenkins/notification", "gerrit": "gerrit/events", "registry": "registry/distribution"}
"""The shipped mappings whose examples are heard, by the path of their webhook."""


def hear(service: Service) -> None:
    """Posts the shipped examples, one that no rule covers, and one that cannot be read; returns when all are passed."""
    for path, mapping in MAPPINGS.items():
        for file in sorted((ROOT / "mappings" / mapping / "inputs").glob("*.json")):
            service.ask("POST", f"/{path}", file.read_bytes(), {"Content-Type": "application/json"})
    for path, body in (("jenkins", b'{"of": "no kind that is known"}'), ("registry", b"{ no JSON")):
        service.ask("POST", f"/{path}", body, {"Content-Type": "application/json"})
    until(lambda: service.lag() == 0)


def filled(folder: Path, config: Config, events: Sequence[dict[str, Any]]) -> None:
    """Writes a configuration into a folder as `config.yaml`, and its journal with events that others have made."""
    settings = json.loads(config.model_dump_json(exclude_unset=True))
    (folder / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")

    async def fill() -> None:
        async with journal(config, heard(events)):
            pass

    with ThreadPoolExecutor(1) as thread:  # Playwright has a loop in this one
        thread.submit(lambda: asyncio.run(fill())).result()


@contextmanager
def beside(service: Service) -> Iterator[str]:
    """The address of a console for a sidecar's configuration, which ends with the block."""
    with beside_files(service.folder) as address:
        yield address


@contextmanager
def beside_files(folder: Path) -> Iterator[str]:
    """The address of a console for the `config.yaml` in a folder, which ends with the block."""
    port = free_port()
    command = [sys.executable, "-m", "adapters", "console", "--config", "config.yaml", "--listen", f"127.0.0.1:{port}"]
    with (folder / "console.log").open("ab") as log:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=folder, stderr=log, env=environment)
    try:
        until(lambda: listens(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "console.log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def flaws(page: Page) -> list[str]:
    """What axe finds wrong on a page as it is shown now, each with where it is."""
    found = json.loads(json.dumps(Axe().run(page).response["violations"]))
    return [f"{each['id']}: {node['html'][:200]}: {node['failureSummary']}" for each in found for node in each["nodes"]]
