"""How a command ends: exit codes, and errors as lines on stderr, never as tracebacks."""

from __future__ import annotations

import os
import signal
import sys
from enum import IntEnum
from typing import Any

import typer
from typer.core import TyperGroup

from adapters.errors import AdapterError, ConfigError


class Exit(IntEnum):
    """What the process tells its caller."""

    FINE = 0
    PROBLEMS = 1
    USAGE = 2
    UNAVAILABLE = 3


EPILOG = (
    "Exit codes: 0 fine; "
    "1 problems found (a golden differs, an event could not be translated, no such dead letter); "
    "2 the command line, the configuration, a mapping or a file it names is wrong; "
    "3 the service cannot start or had to stop (address in use, journal unavailable)."
)


class Commands(TyperGroup):
    """Commands whose errors are told line by line, and end the process with the code for what to do next."""

    def invoke(self, ctx: Any) -> Any:
        """What the command gives; raises typer.Exit for every error that is not a bug."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise _told(error, Exit.USAGE) from None
        except AdapterError as error:
            raise _told(error, Exit.UNAVAILABLE) from None
        except BrokenPipeError:
            # What is still in the buffer would fail again at exit: https://docs.python.org/3/library/signal.html
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(128 + signal.SIGPIPE) from None
        except OSError as error:
            if error.filename is None:
                raise
            complain(f"{error.filename}: {error.strerror}")
            raise typer.Exit(Exit.USAGE) from None


def _told(error: AdapterError, code: Exit) -> typer.Exit:
    complain(str(error))
    return typer.Exit(code)


def complain(text: str) -> None:
    """Lines on stderr."""
    typer.echo(printable(text), err=True)


def count(number: int, noun: str) -> str:
    """`1 event`, `2 events`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def printable(text: str) -> str:
    """The text with its control characters, which could command a terminal, written as escapes."""
    return "".join(char if char.isprintable() or char in "\n\t" else repr(char)[1:-1] for char in text)
