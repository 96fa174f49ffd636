"""How a process ends: exit codes, and errors as lines on stderr, never as tracebacks."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from adapters.errors import AdapterError, ConfigError


class Exit(IntEnum):
    """What the process tells its caller."""

    FINE = 0
    PROBLEMS = 1
    USAGE = 2
    UNAVAILABLE = 3


_UNWRITABLE = (errno.EBADF, errno.ENOSPC, errno.EIO, errno.EDQUOT)
"""What is said of no file, for it is of a stream: nothing else is used without its name."""


@contextmanager
def told() -> Iterator[None]:
    """Tells every error that is not a bug line by line, and raises SystemExit with the code for what to do next."""
    try:
        yield
    except ConfigError as error:
        raise _ended(error, Exit.USAGE) from None
    except AdapterError as error:
        raise _ended(error, Exit.UNAVAILABLE) from None
    except BrokenPipeError:
        _drop_output()
        raise SystemExit(128 + signal.SIGPIPE) from None
    except OSError as error:
        if error.filename is None and error.errno not in _UNWRITABLE:
            raise
        if error.filename is None:
            _drop_output()
        complain(f"{error.filename or 'standard output'}: {error.strerror}")
        raise SystemExit(Exit.USAGE) from None


def _drop_output() -> None:
    """What is still in the buffer would fail again at exit: https://docs.python.org/3/library/signal.html."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _ended(error: AdapterError, code: Exit) -> SystemExit:
    complain(str(error))
    return SystemExit(code)


def complain(text: str) -> None:
    """Lines on stderr."""
    print(printable(text), file=sys.stderr, flush=True)  # noqa: T201 - before there are logs, and where a person reads


def printable(text: str) -> str:
    """The text with its control characters, which could command a terminal, written as escapes."""
    return "".join(char if char.isprintable() or char in "\n\t" else repr(char)[1:-1] for char in text)
