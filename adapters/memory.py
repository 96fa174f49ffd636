"""Memory that was needed for a moment, given back to the system."""

from __future__ import annotations

import ctypes
import gc
import os

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Of glibc's mallopt(3)."""

_BLOCK = 128 << 10


def give_back() -> None:
    """Has the C library give each block of 128 KiB and more back when it is freed, where that is glibc.

    By itself it moves that bound up with the largest block that it has seen, to 32 MiB, and keeps what is smaller:
    after some large records a process would stay as large as all that its threads ever held.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _BLOCK)
        mallopt(_TRIM_THRESHOLD, _BLOCK)


def collect_seldom() -> None:
    """Has the garbage collector leave alone what there is now, and look seldom through what comes.

    For what makes batch after batch: all that one is made of goes with it, and none of it in circles. To look for those
    costs a twentieth of the time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def settled() -> None:
    """Has the garbage collector leave alone what there is now, which stays; what comes, it looks through again."""
    gc.freeze()
    gc.enable()
