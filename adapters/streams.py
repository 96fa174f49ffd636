"""The standard streams of a process, which whoever started it may have closed (`2>&-`)."""

from __future__ import annotations

import os
import sys


def fill() -> None:
    """Opens on nothing what is closed, so that no file gets its number, and with that what is said there.

    What this process starts finds it closed, as it was.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
