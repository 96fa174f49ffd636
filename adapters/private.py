"""Files that only their owner may read: what tools say is nobody else's business."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

OWNER = stat.S_IRUSR | stat.S_IWUSR
"""0600."""


def opener(path: str, flags: int) -> int:
    """Opens a file for `open(..., opener=opener)`; where it is made, for its owner alone, whatever the umask."""
    return os.open(path, flags | os.O_CLOEXEC, OWNER)


def made(path: Path) -> Path:
    """The path of a file that is there, made for its owner alone where it was not."""
    if not path.exists():
        os.close(opener(str(path), os.O_WRONLY | os.O_CREAT))
    return path


def closed_to_others(path: Path) -> None:
    """Takes a file that is there from everybody but its owner, where it is ours to do so."""
    with suppress(OSError):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            path.chmod(OWNER)
