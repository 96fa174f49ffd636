"""The shipped mappings over payloads that are damaged in one place, at every place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.cdevents.document import document
from adapters.cdevents.validation import problems, schema_problems
from adapters.errors import MappingError
from adapters.goldens import sent
from adapters.model import Spec
from tests.mappings.support import EVERYTHING, PLACE_IN_THE_MAPPING, inputs, translation

Place = tuple[str | int, ...]

DROPPED = object()
DAMAGE: list[Any] = [
    *(DROPPED, None, "", " ", "x", "x" * 10_000, "é\u0000 |{}", "http://[::1", "2026-01-01", "-1", "0" * 40),
    *(0, -1, 7, 1.5, 1e300, 1 << 62, True, False, [], {}, [None], [[]], [{}], ["x", 1], {"x": None}, {"": []}),
]


def _is_json(path: Path) -> bool:
    try:
        return all(isinstance(orjson.loads(each.body), dict) for each in sent(path))
    except orjson.JSONDecodeError:
        return False


CASES = [(mapping, path) for mapping in EVERYTHING for path in inputs(mapping) if _is_json(path)]


def _places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in a JSON value, its root excepted."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*at, key)
        yield from _places(member, (*at, key))


def _damaged(value: Any, place: Place, damage: Any) -> Any:
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


def _damages(path: Path) -> Iterator[tuple[Any, Mapping[str, str]]]:
    """Bodies that are nothing like the input's, and that differ from it in one place, with its headers."""
    for each in sent(path):
        yield from ((damage, each.headers) for damage in DAMAGE if damage is not DROPPED)
        body = orjson.loads(each.body)
        for place in _places(body):
            yield from ((_damaged(body, place, damage), each.headers) for damage in DAMAGE)


@pytest.mark.parametrize(("mapping", "path"), CASES, ids=lambda value: getattr(value, "name", value))
def test_damage_is_told_or_does_no_harm(mapping: str, path: Path) -> None:
    """However a payload is damaged: events that are valid or refused, nothing, or an error that names its place."""
    for body, headers in _damages(path):
        try:
            found = translation(mapping, body, headers, **EVERYTHING[mapping])
        except MappingError as error:
            assert PLACE_IN_THE_MAPPING.match(str(error)) or str(error).startswith("the body "), body
            continue
        assert all(PLACE_IN_THE_MAPPING.match(error) for error in found.errors), (body, found.errors)
        for event in found.events:
            for spec in Spec:
                written = document(event, spec)
                assert problems(written, spec) or not schema_problems(written, spec), body
