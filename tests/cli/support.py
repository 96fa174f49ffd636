"""The command line in this process, and as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from adapters.cli import main
from tests.checkout import ROOT


def invoke(*arguments: object, stdin: bytes = b"") -> Result:
    """Runs a command here."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


def command(*arguments: object) -> list[str]:
    """The words that run a command in a process."""
    return [sys.executable, "-m", "adapters", *map(str, arguments)]


def process(folder: Path, *arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs a command in a process of its own, in a folder."""
    return subprocess.run(
        command(*arguments), cwd=folder, env=environment(), input=stdin, capture_output=True, timeout=60, check=False
    )


def environment() -> dict[str, str]:
    """Variables with which a process finds this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}
