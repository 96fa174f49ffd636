"""The console as a process beside the sidecar's: it ends with it, however that ends, and the sidecar needs it not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 5.0
"""Seconds that it has to end by itself."""


@contextmanager
def console_beside(config: Path | None) -> Iterator[None]:
    """Runs the console of a configuration until the block ends; that it cannot run is told by itself, and is no error.

    It ends when its standard input does: also when this process is killed.
    """
    named = () if config is None else ("--config", str(config))
    command = [sys.executable, "-m", "adapters", "console", "--beside", *named]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own words
        try:
            yield
        finally:
            _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
