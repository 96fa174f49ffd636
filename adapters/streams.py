"""The standard streams of a process, which whoever started it may have closed (`2>&-`)."""

from __future__ import annotations

import os
import sys
from io import FileIO, TextIOWrapper

_STREAMS = (
    (0, "stdin", "r", os.O_WRONLY),
    (1, "stdout", "w", os.O_RDONLY),
    (2, "stderr", "w", os.O_WRONLY),
)


def fill() -> None:
    """Takes the numbers of those that are closed, so that no file gets one, and with that what is said there.

    What is said on stderr is gone. Whoever reads or writes the others is told that they cannot be used: an event that
    goes to stdout is not delivered. What this process starts finds all of them closed, as they were.
    """
    for number, name, mode, flags in _STREAMS:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # the lowest number that is free: this one
            stream = FileIO(number, mode, closefd=False)  # keeps nothing that would fail again at exit
            setattr(sys, name, TextIOWrapper(stream, encoding="utf-8", write_through=True))
