"""The shipped mappings over payloads that are damaged in one place, at every place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.goldens import sent
from tests.mappings.damage import DAMAGE, DROPPED, damaged, harmless, places
from tests.mappings.support import EVERYTHING, inputs


def _is_json(path: Path) -> bool:
    try:
        return all(isinstance(orjson.loads(each.body), dict) for each in sent(path))
    except orjson.JSONDecodeError:
        return False


CASES = [(mapping, path) for mapping in EVERYTHING for path in inputs(mapping) if _is_json(path)]


def _damages(path: Path, step: int) -> Iterator[tuple[Any, Mapping[str, str]]]:
    """Bodies that are nothing like the input's, and that differ from it in one place, with its headers.

    With a `step`, each place has one in so many of the damages, and its neighbour has others.
    """
    for each in sent(path):
        yield from ((damage, each.headers) for damage in DAMAGE if damage is not DROPPED)
        body = orjson.loads(each.body)
        for number, place in enumerate(places(body)):
            yield from ((damaged(body, place, damage), each.headers) for damage in DAMAGE[number % step :: step])


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "all"])
@pytest.mark.parametrize(("mapping", "path"), CASES, ids=lambda value: getattr(value, "name", value))
def test_damage_is_told_or_does_no_harm(mapping: str, path: Path, step: int) -> None:
    """However a payload is damaged: events that are valid or refused, nothing, or an error that names its place."""
    for body, headers in _damages(path, step):
        harmless(mapping, body, headers)
