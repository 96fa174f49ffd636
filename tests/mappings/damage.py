"""Damage to payloads, and what a mapping may make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from adapters.cdevents.document import document
from adapters.cdevents.validation import problems, schema_problems
from adapters.cdevents.vocabulary import specs
from adapters.errors import MappingError
from adapters.mapping.translator import MOST_ERRORS
from tests.mappings.support import EVERYTHING, PLACE_IN_THE_MAPPING, translation

Place = tuple[str | int, ...]

DROPPED = object()
"""The damage that takes a value away."""

DAMAGE: list[Any] = [
    *(DROPPED, None, "", " ", "x", "x" * 10_000, "é\u0000 |{}", "http://[::1", "2026-01-01", "-1", "0" * 40),
    *(0, -1, 7, 1.5, 1e300, 1 << 62, True, False, [], {}, [None], [[]], [{}], ["x", 1], {"x": None}, {"": []}),
]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in a JSON value, its root excepted."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*at, key)
        yield from places(member, (*at, key))


def damaged(value: Any, place: Place, damage: Any) -> Any:
    """A copy of a JSON value that has this at a place."""
    result = deepcopy(value)
    *parents, key = place
    holder = result
    for step in parents:
        holder = holder[step]
    if damage is DROPPED:
        del holder[key]
    else:
        holder[key] = damage
    return result


def harmless(mapping: str, body: Any, headers: Mapping[str, str] = MappingProxyType({})) -> None:
    """Events that are valid or refused, nothing, or an error that names its place; fails the test for anything else."""
    try:
        found = translation(mapping, body, headers, **EVERYTHING[mapping])
    except MappingError as error:
        assert PLACE_IN_THE_MAPPING.match(str(error)) or str(error).startswith("the body "), body
        return
    told = found.errors[:MOST_ERRORS]
    assert all(PLACE_IN_THE_MAPPING.match(error) for error in told), (body, found.errors)
    for event in found.events:
        for spec in specs(event.name):
            written = document(event, spec)
            assert problems(written, spec) or not schema_problems(written, spec), body
