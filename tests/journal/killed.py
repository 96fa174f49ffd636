"""A process that writes, and says what it has written, until it is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def killed(writer: Path, path: Path, first: int, after: int) -> list[int]:
    """The numbers, from `first` on, of which a writer to a path had said that they are there, at least so many."""
    command = [sys.executable, str(writer), str(path), str(first)]
    environment = {"PYTHONPATH": str(writer.parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.kill()
        lines += process.stdout.readlines()
    return [int(line) for line in lines if line.endswith(b"\n")]
