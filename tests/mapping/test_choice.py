"""Which of many conditions hold, by an index on what most of them compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping import syntax
from adapters.mapping.choice import choice
from adapters.mapping.closures import Names, pipeline
from adapters.mapping.conditions import Condition, condition
from adapters.mapping.failures import Failure
from adapters.mapping.scope import MEMO

NAMES = Names({}, {})
TEXTS = ("push", "pull", "tag", "")


@dataclass(frozen=True)
class Item:
    """What is chosen."""

    when: Condition


def _conditions(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    lists = st.lists(inner, min_size=1, max_size=3)
    return st.fixed_dictionaries({}, optional={"not": inner, "any": lists, "all": lists, "type": _OPERANDS})


_TEXT = st.sampled_from(TEXTS)
_COMPARED = _TEXT | st.lists(_TEXT | st.just(1), max_size=3) | st.just(1)
_OPERANDS = (
    _COMPARED
    | st.fixed_dictionaries({}, optional={"eq": _TEXT, "matches": st.sampled_from(["p.*", "()"]), "not": _COMPARED})
    | st.booleans().map(lambda there: {"exists": there})
)
_ENTRIES = st.fixed_dictionaries({}, optional={"type": _OPERANDS, "n": st.integers(0, 2), "of": _TEXT})
_WHENS = st.lists(st.recursive(_ENTRIES, _conditions, max_leaves=5), max_size=6)
_RECORDS = st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from([*TEXTS, "other", 1, None, ["push"]]), "n": st.integers(0, 2), "of": _TEXT}
)


@given(_WHENS, st.lists(_RECORDS, min_size=1, max_size=5))
def test_an_index_changes_no_answer(whens: list[dict[str, Any]], records: list[dict[str, Any]]) -> None:
    """Of any conditions, of any record: those hold that hold where each is asked by itself."""
    items = [Item(condition(when, NAMES)) for when in whens]
    made = choice(items, lambda text: pipeline(syntax.expression(text), NAMES))
    for record in records:
        scope = {**record, MEMO: {}}
        expected = [item for item in items if item.when.holds(scope)]
        assert [*made.holding(scope)] == expected
        assert made.any(scope) is bool(expected)
        assert all(item in made.candidates(scope) for item in expected)


def test_what_a_value_decides_is_not_asked_again() -> None:
    """Where the text that most compare leaves nothing to ask, no expression is evaluated but it; `not` counts, too."""
    whens: list[dict[str, Any]] = [
        {"type": "push"},
        {"type": {"not": ["push", "tag"]}, "of": "x"},
        {"type": {"matches": "t.*"}},
    ]
    items = [Item(condition(when, NAMES)) for when in whens]
    made = choice(items, lambda text: pipeline(syntax.expression(text), NAMES))
    assert made.candidates({"type": "push"}) == [items[0]]
    assert made.candidates({"type": "tag"}) == [items[2]]
    assert made.candidates({"type": "other"}) == items[1:]
    assert made.candidates({}) == items[1:]


def test_what_cannot_be_looked_at_matters_only_to_those_that_ask() -> None:
    """A value that most compare and that no filter takes: the others are asked all the same, in their order."""
    whens: list[dict[str, Any]] = [{"n": 1}, {"type | lower": "push"}, {"type | lower": "tag"}]
    items = [Item(condition(when, NAMES)) for when in whens]
    made = choice(items, lambda text: pipeline(syntax.expression(text), NAMES))
    assert made.any({"type": 7, "n": 1, MEMO: {}})
    with pytest.raises(Failure, match="lower takes text"):
        made.any({"type": 7, "n": 2, MEMO: {}})
