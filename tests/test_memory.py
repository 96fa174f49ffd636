"""What large records take of memory for a moment is not kept."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import sys
from pathlib import Path
from adapters import memory

if sys.argv[1] == "given back":
    memory.give_back()
first = b"x" * (30 << 20)
del first
blocks = [bytes([number]) * (1 << 20) for number in range(100)]
del blocks[:-1]
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) >> 10)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that keeps what was freed")
def test_large_blocks_are_given_back() -> None:
    """After a larger one, and below one that is still there."""

    def left(how: str) -> int:
        done = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert left("given back") < 50 < left("kept")
