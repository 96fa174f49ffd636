"""The items of an answer: which they are, in what state, and when that was. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from adapters.mapping.failures import Absent, Failure
from adapters.mapping.filters.moment import moment
from adapters.mapping.paths import followed
from adapters.mapping.syntax import Step, members
from adapters.sources.poll.errors import Unlisted
from adapters.sources.poll.listing import Listing

Json = dict[str, Any]


class Item(NamedTuple):
    """One of a list: `key` is the same whenever it is listed, `version` as long as it does not change.

    `at` is when it happened, in seconds since 1970, as far as it says so; `open` that it is not over. `body` is what is
    told of it, None where that is not known any more.
    """

    key: str
    version: str
    at: float | None
    open: bool
    body: bytes | None


def listed(document: Any, listing: Listing) -> tuple[list[tuple[Any, Json]], int]:
    """The items of an answer, each with those of the lists it is in by their names; and how many the outermost has.

    A null among them is none. Raises Unlisted where there is no list; within an item of another list, that is an empty
    one.
    """
    levels = [*((name, members(path)) for name, path in listing.within.items())]
    levels.append(("", members(listing.items) if listing.items else ()))
    found: list[tuple[Any, Json]] = [(document, {})]
    count = 0
    for depth, (name, steps) in enumerate(levels):
        found = [
            (each, {**around, name: each} if name else around)
            for value, around in found
            for each in _list(value, steps, must=depth == 0)
        ]
        count = count if depth else len(found)
        found = [each for each in found if each[0] is not None]
    return found, count


def _list(value: Any, steps: Sequence[Step], *, must: bool) -> list[Any]:
    found = followed(value, steps) if steps else value
    if isinstance(found, list):
        return found
    if not must or _is_null(value, steps):
        return []
    at = f"at '{'.'.join(map(str, steps))}'" if steps else "in the body"
    raise Unlisted(f"there is no list {at}: compare 'items' and 'within' with what the API answers")


def _is_null(value: Any, steps: Sequence[Step]) -> bool:
    """Whether there is null where a list should be: what Go writes for an empty one."""
    if not steps:
        return False
    holder = followed(value, steps[:-1]) if steps[:-1] else value
    return isinstance(holder, dict) and steps[-1] in holder and holder[steps[-1]] is None


def joined(item: Any, around: Mapping[str, Any]) -> Json:
    """What is told of an item: its members, and the items around it by their names; `value` is what has none."""
    return {**(item if isinstance(item, dict) else {"value": item}), **around}


def identity(document: Any, paths: Sequence[str]) -> list[str] | None:
    """The values at some paths as texts, None where one is not there, or is none."""
    found = [followed(document, members(path)) for path in paths]
    if any(each is None or isinstance(each, Absent | dict | list) for each in found):
        return None
    return [str(each) for each in found]


def digest(value: Any) -> str:
    """A short text that is the same for the same JSON, in whatever order its members are."""
    return blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def version(document: Json, item: Any, paths: Sequence[str] | None) -> str:
    """What is another one when the item has changed: of the values at some paths, or of all of it."""
    if paths is None:
        return digest(item)
    found = (followed(document, members(path)) for path in paths)
    return digest([None if isinstance(each, Absent) else each for each in found])


def time(document: Json, path: str | None, zone: str) -> float | None:
    """When it happened, in seconds since 1970; None where it does not say so in a form that is known."""
    found = followed(document, members(path)) if path else None
    if not isinstance(found, str | int | float) or isinstance(found, bool):
        return None
    try:
        return datetime.fromisoformat(moment(str(found), zone)).timestamp()
    except (ValueError, OverflowError, Failure):
        return None
