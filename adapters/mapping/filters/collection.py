"""Filters on lists and objects, and on absence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from adapters.mapping.equality import same
from adapters.mapping.failures import Absent, kind
from adapters.mapping.filters.filter import Known
from adapters.mapping.paths import followed
from adapters.mapping.syntax import ALL, members

Scalar = str | int | float | bool


def join(value: list[Any], separator: str) -> str:
    """The texts of a list as one text."""
    if wrong := [item for item in value if not isinstance(item, str)]:
        raise ValueError(f"the list has {kind(type(wrong[0]))} in it")
    return separator.join(value)


def length(value: str | list[Any] | dict[str, Any]) -> int:
    """How many characters, items or members there are."""
    return len(value)


def pick(value: list[Any] | dict[str, Any], *keys: str) -> Any:
    """An object with only these members, of those it has; for a list, each of its objects so."""
    if isinstance(value, list):
        return [pick(item, *keys) for item in value if isinstance(item, dict)]
    return {key: value[key] for key in keys if value.get(key) is not None}


def find(value: list[Any], key: str, wanted: Scalar, then: str) -> Any:
    """The member `then` of the first object in a list whose member `key` is `wanted`; absent when there is none."""
    for item in value:
        if isinstance(item, dict) and same(item.get(key), wanted) and item.get(then) is not None:
            return item[then]
    return Absent(f"no {key} is {wanted!r}")


def get(value: dict[str, Any], key: str) -> Any:
    """The member `key` of an object, where a variable says which; absent when it has none."""
    return Absent(f"it has no {key}") if value.get(key) is None else value[key]


def having(value: list[Any], key: str) -> list[Any]:
    """The objects of a list that have a member `key`."""
    return [item for item in value if isinstance(item, dict) and item.get(key) is not None]


def each(value: list[Any], path: Known) -> list[Any] | Absent:
    """What a path leads to from each item of a list; absent where one item has it not."""
    found: list[Any] | Absent = followed(value, (ALL, *members(path)))
    return found


def where(value: list[Any], path: Known, wanted: Scalar, *others: Scalar) -> list[Any]:
    """The objects of a list for which what a path leads to is one of these values."""
    steps, allowed = members(path), [wanted, *others]
    return [item for item in value if isinstance(item, dict) and within(followed(item, steps), allowed)]


def merge(value: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    """The members of objects in one; of those of one name, the last one's."""
    return {**value, **{key: member for other in others for key, member in other.items()}}


def numbered(value: list[Any], name: str, *keys: str) -> list[Any]:
    """The objects of a list with a member `name`: whichever they are, from 1, of those that have equal `keys`."""
    counts: Counter[tuple[Any, ...]] = Counter()
    found = []
    for item in value:
        if isinstance(item, dict):
            alike = tuple(str(item.get(key)) for key in keys)
            counts[alike] += 1
            found.append({**item, name: counts[alike]})
    return found


def first_key(value: dict[str, Any], *keys: str) -> str | Absent:
    """The first of these members that an object has, and that is not 0 or empty: the worst of counts by severity."""
    return next((key for key in keys if value.get(key)), Absent(f"it has none of {', '.join(keys)}"))


def within(value: Any, allowed: list[Any]) -> bool:
    """Whether the value is one of a list's, such as a variable's."""
    return any(same(value, each) for each in allowed)


def none_if(value: Any, sentinel: Scalar) -> Any:
    """The value, but absent when it is `sentinel`: a tool's way of saying none, such as 0 or 0001-01-01T00:00:00Z."""
    return none_of(sentinel)(value)


def none_of(sentinel: Scalar) -> Callable[[Any], Any]:
    """`none_if` of a sentinel that is known."""
    nothing, truth = Absent(f"it is {sentinel!r}"), isinstance(sentinel, bool)

    def none_if(value: Any) -> Any:
        return nothing if value == sentinel and isinstance(value, bool) == truth else value

    return none_if
