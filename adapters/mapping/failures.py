"""What can go wrong when an expression meets a notification."""

from __future__ import annotations

from typing import Any


class _Located(Exception):
    """`where` is the place in the mapping file, once known."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


class Missing(_Located):
    """There is nothing at a path, or null, or a filter found nothing; no error where a target is optional."""


class Failure(_Located):
    """What is there cannot be used."""


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
