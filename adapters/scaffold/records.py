"""The records that a mapping should see: the documents themselves, or the items of a list in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.mapping.syntax import written
from adapters.scaffold import roles
from adapters.scaffold.fields import common, fields
from adapters.scaffold.groups import Heard

_NAMES = ("item", "entry", "element")


@dataclass(frozen=True, slots=True)
class Split:
    """The list whose items are the records, and what one of them is called."""

    each: str
    name: str


@dataclass(frozen=True, slots=True)
class Records:
    """Records, and how they are split from what was heard, if they are."""

    heard: Sequence[Heard]
    split: Split | None = None


def records(heard: Sequence[Heard]) -> Records:
    """Items, where each document is a list of objects, or has one in it and names nothing beside."""
    if all(isinstance(each.document, list) for each in heard):
        return _items(heard, (), "$body")
    named = [name for name in _lists(heard[0].document) if all(name in _lists(each.document) for each in heard)]
    if len(named) == 1 and all(each.fields for each in heard) and roles.run_id(common([each.fields for each in heard])):
        return Records(heard)
    return _items(heard, (named[0],), written((named[0],))) if len(named) == 1 else Records(heard)


def _lists(document: Any) -> list[str]:
    """The members that are lists of objects."""
    if not isinstance(document, dict):
        return []
    return [
        name
        for name, value in document.items()
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value) and name.isidentifier()
    ]


def _items(heard: Sequence[Heard], at: tuple[str, ...], each: str) -> Records:
    name = next(name for name in _NAMES if not any(name in _around(one.document) for one in heard))
    found = []
    for one in heard:
        for item in one.document[at[0]] if at else one.document:
            document = {**_around(one.document), name: item}
            found.append(Heard(document, fields(document), one.headers))
    return Records(found, Split(each, name)) if found else Records(heard)


def _around(document: Any) -> dict[str, Any]:
    return document if isinstance(document, dict) else {}
