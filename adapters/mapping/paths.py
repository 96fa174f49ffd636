"""Steps from a value into it: where they lead, and what to say where they lead nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.mapping.failures import Absent
from adapters.mapping.syntax import ALL, Step, written


def stepped(value: Any, step: Step) -> Any:
    """What one step leads to; None where it leads nowhere."""
    if value is None or type(value) is Absent:
        return None
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None


def followed(value: Any, steps: Sequence[Step], start: str = "") -> Any:
    """What the steps lead to; Absent where they lead nowhere, with the place as it is written from `start`.

    `[*]` makes one flat list of what the steps behind it lead to from each item; Absent where one item has it not.
    """
    for index, step in enumerate(steps):
        if step is ALL:
            return _of_each(value, steps[index + 1 :], written(steps[:index], start))
        value = stepped(value, step)
        if value is None:
            return Absent(f"{written(steps, start)} is missing")
    return Absent(f"{start} is missing") if value is None else value


def _of_each(value: Any, steps: Sequence[Step], start: str) -> Any:
    if not isinstance(value, list):
        return Absent(f"{start} is not a list")
    found: list[Any] = []
    for number, item in enumerate(value):
        each = followed(item, steps, f"{start}[{number}]")
        if type(each) is Absent:
            return each
        found.extend(each if ALL in steps else (each,))
    return found
