"""Where it runs, and what it says where it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.checkout import ROOT
from tests.service import build, running
from tests.waiting import until

PURE_PYTHON = "import sys; sys.modules['uvloop'] = None; from adapters.cli import main; main()"
"""The sidecar where uvloop is not installed."""

WINDOWS = """
import sys
from types import SimpleNamespace
for missing in ("fcntl", "uvloop"):
    sys.modules[missing] = None
from adapters import cli
cli.sys = SimpleNamespace(platform="win32")  # for the command alone: libraries would look for what is not here
cli.main()
"""
"""The command as Windows sees it: without the modules that it has not."""


def on_windows(*words: str) -> subprocess.CompletedProcess[str]:
    """What the command says there."""
    command = [sys.executable, "-c", WINDOWS, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_on_windows_it_says_that_it_does_not_run() -> None:
    """Each command, in one sentence and with what to do, and 3; no import is what fails."""
    for command in (["run"], ["check"], ["translate", "--mapping", "gerrit/events"]):
        said = on_windows(*command)
        assert said.returncode == 3
        assert said.stderr.startswith("cdevents-adapters does not run on Windows")
        assert "WSL 2" in said.stderr
        assert "Traceback" not in said.stderr


def test_on_windows_it_tells_its_version() -> None:
    """What is installed may be asked anywhere."""
    assert on_windows("--version").stdout.startswith("cdevents-adapters ")


def test_it_runs_without_uvloop(tmp_path: Path) -> None:
    """Where there is none, asyncio's own loop does: a notification is taken and published, and the end is in order."""
    with running(tmp_path, program=("-c", PURE_PYTHON)) as service:
        assert service.ask("POST", "/jenkins", build(1))[0] == 202
        until(lambda: service.published("cdevents"))
        assert service.stop() == 0
