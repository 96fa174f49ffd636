"""What tools write as a word, and another version, or a setting, writes as a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest

from adapters.goldens import sent
from tests.mappings.damage import damaged, places
from tests.mappings.support import EVERYTHING, inputs, translation

_WORD = re.compile(r"(?i).*(status|state|result|outcome|conclusion|severity|priority|phase|verdict|reason|level)")


def _numbered(mapping: str) -> Iterator[tuple[Any, Mapping[str, str]]]:
    """The examples of a mapping with a number in place of such a word, each in turn."""
    for each in (each for path in inputs(mapping) if path.suffix == ".json" for each in sent(path)):
        body = orjson.loads(each.body)
        for *holders, name in places(body):
            value = body
            for step in (*holders, name):
                value = value[step]
            if isinstance(value, str) and isinstance(name, str) and _WORD.fullmatch(name):
                yield damaged(body, (*holders, name), 7), each.headers


@pytest.mark.parametrize("mapping", EVERYTHING)
def test_a_number_is_looked_up_as_the_text_that_it_is(mapping: str) -> None:
    """In a table, or as what no table has: no filter refuses it, and so no record is parked for it."""
    for body, headers in _numbered(mapping):
        told = translation(mapping, body, headers, **EVERYTHING[mapping])
        assert not [error for error in told.errors if "number" in error], body
