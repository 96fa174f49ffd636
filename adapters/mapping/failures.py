"""What can go wrong when an expression meets a notification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, unsafe_hash=True)  # one that is frozen takes three times as long to make, and many are made
class Absent:
    """What an expression gives where there is nothing: no value at a path, or null, or a filter found nothing.

    A value like any other until something needs one, because absence is common, and raising costs more than asking.
    """

    reason: str
    where: str = ""


class Unknown(ValueError):
    """A mapping names a filter, table or `$name` that there is not, or calls a filter wrongly."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Failure(Exception):
    """What is there cannot be used, or what is needed is not there; `where` is the place in the mapping, once known."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


class Missing(Failure):
    """What is needed is not there; where it is part of something optional, that is left out."""


_KINDS = {
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def kind(of: type) -> str:
    """A type in the words of someone who writes mappings."""
    return _KINDS.get(of, of.__name__)


def shown(value: Any) -> str:
    """A value for an error message: what it is, and the first 60 characters of it."""
    if isinstance(value, (dict, list)):
        return f"{kind(type(value))} of {len(value)}"
    text = str(value)
    return f"{kind(type(value))} '{text[:60]}{'…' if len(text) > 60 else ''}'"  # noqa: PLR2004  the length is in the promise
