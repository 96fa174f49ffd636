"""Reads objects that may be of any shape: what is not as it should be counts as not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.sources.kubernetes.api import Json


def member(value: Any, *names: str) -> Json:
    """The object that names lead to; an empty one where they lead to none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def text(value: Any, *names: str) -> str | None:
    """The text that names lead to, if it is one and not empty."""
    *path, last = names
    found = member(value, *path).get(last)
    return found if isinstance(found, str) and found else None


def number(value: Any, *names: str) -> int | None:
    """The whole number that names lead to, if it is one."""
    *path, last = names
    found = member(value, *path).get(last)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def count(value: Any, *names: str) -> int:
    """The same; 0 where there is none, for zeros are left out of a status."""
    return number(value, *names) or 0


def objects(value: Any, *names: str) -> Iterator[Json]:
    """The objects of the list that names lead to."""
    *path, last = names
    found = member(value, *path).get(last)
    yield from (each for each in (found if isinstance(found, list) else ()) if isinstance(each, dict))


def texts(value: Any, *names: str) -> dict[str, str]:
    """The members that are text, of the object that names lead to: labels, annotations."""
    return {name: each for name, each in member(value, *names).items() if isinstance(each, str)}


def condition(found: Json, kind: str) -> Json:
    """The condition of a type in an object's status; an empty one if it has none."""
    return next((each for each in objects(found, "status", "conditions") if each.get("type") == kind), {})
