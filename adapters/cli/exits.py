"""What commands have in common as they end, and how they count."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from adapters.endings import Exit, complain, printable, told

__all__ = ["EPILOG", "Commands", "Exit", "complain", "count", "printable"]

EPILOG = (
    "Exit codes: 0 fine; "
    "1 problems found (a golden differs, an event could not be translated, no such dead letter); "
    "2 the command line, the configuration, a mapping or a file it names is wrong; "
    "3 the service cannot start or had to stop (address in use, journal unavailable)."
)


class Commands(TyperGroup):
    """Commands whose errors are told line by line, and end the process with the code for what to do next."""

    def invoke(self, ctx: Any) -> Any:
        """What the command gives; raises SystemExit for every error that is not a bug."""
        with told():
            return super().invoke(ctx)


def count(number: int, noun: str) -> str:
    """`1 event`, `2 events`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
