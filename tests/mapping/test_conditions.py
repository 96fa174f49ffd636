"""What `when:` says: structured conditions over a record."""

from typing import Any

import pytest

from adapters.mapping.closures import Names
from adapters.mapping.conditions import condition
from adapters.mapping.failures import Unknown
from adapters.mapping.scope import BODY, DIGEST, HEADERS, MEMO, RECEIVED_AT, Constant
from tests.mapping.support import HEARD

RECORD = {
    "type": "push",
    "n": 3,
    "text": "3",
    "yes": True,
    "nothing": None,
    "build": {"phase": "FINALIZED"},
    "votes": [{"label": "Verified", "value": "1"}, {"label": "Code-Review", "old": "0"}],
}
SCOPE = {**RECORD, BODY: RECORD, HEADERS: {}, RECEIVED_AT: HEARD, DIGEST: [], MEMO: {}}
NAMES = Names({"phase": Constant("FINALIZED"), "types": Constant(["pull", "push"])}, {})


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({}, True),
        ({"type": "push"}, True),
        ({"type": "pull"}, False),
        ({"type": "push", "n": 4}, False),
        ({"n": 3}, True),
        ({"n": "3"}, False),
        ({"text": 3}, False),
        ({"text | int": 3}, True),
        ({"yes": True}, True),
        ({"yes": 1}, False),
        ({"n": True}, False),
        ({"type": ["pull", "push"]}, True),
        ({"type": ["pull"]}, False),
        ({"type": {"in": "${$types}"}}, True),
        ({"build.phase": "${$phase}"}, True),
        ({"build.phase": {"eq": "FINALIZED", "matches": "F.*"}}, True),
        ({"type": {"matches": "p"}}, False),
        ({"n": {"matches": "3"}}, False),
        ({"n": {"ge": 3, "lt": 4}}, True),
        ({"n": {"gt": 3}}, False),
        ({"n": {"le": 2.5}}, False),
        ({"yes": {"ge": 1}}, False),
        ({"text": {"ge": 1}}, False),
        ({"nothing": {"exists": False}}, True),
        ({"gone.deeper": {"exists": False}}, True),
        ({"n": {"exists": True}}, True),
        ({"gone": "x"}, False),
        ({"gone": {"not": "x"}}, True),
        ({"type": {"not": "pull"}}, True),
        ({"type": {"not": ["pull", "push"]}}, False),
        ({"type": {"not": {"matches": "pu.."}}}, False),
        ({"not": {"type": "push", "n": 4}}, True),
        ({"any": [{"n": 4}, {"type": "push"}]}, True),
        ({"all": [{"n": 3}, {"any": [{"yes": True}]}]}, True),
        ({"any": [{"n": number} for number in range(200, 2, -1)]}, True),
        ({"all": [{"n": {"lt": number}} for number in range(200, 2, -1)]}, False),
        ({"votes": {"some": {"label": "Code-Review", "old": {"exists": True}}}}, True),
        ({"votes": {"some": {"label": "Verified", "old": {"exists": True}}}}, False),
        ({"type": {"some": {"label": "x"}}}, False),
    ],
)
def test_condition(when: dict[str, Any], *, holds: bool) -> None:
    """A condition holds when all of its entries do; kinds are never mixed, and what is missing equals nothing."""
    made = condition(when, NAMES)
    assert made.holds(SCOPE) is holds
    if not holds:
        assert made.why_not(SCOPE)


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ({"type": "pull"}, "type is text 'push', not pull"),
        ({"type": ["pull", "mount"]}, "type is text 'push', not one of pull, mount"),
        ({"gone": 1}, "gone is missing, not 1"),
        ({"n": {"gt": 5}}, "n is a number '3', not gt 5"),
        ({"type": "push", "yes": False}, "yes is true or false 'True', not False"),
        ({"any": [{"n": 1}, {"n": 2}]}, "n is a number '3', not 1 and n is a number '3', not 2"),
        ({"n": {"exists": False}}, "n is a number '3'"),
    ],
)
def test_reason_names_what_is_there(when: dict[str, Any], reason: str) -> None:
    """Where a condition does not hold, it says which part, and what the record has instead."""
    assert condition(when, NAMES).why_not(SCOPE) == reason


@pytest.mark.parametrize(
    ("when", "message", "hint"),
    [
        ({"n": {"equals": 3}}, "there is no comparison 'equals'", ""),
        ({"n": {"match": "x"}}, "there is no comparison 'match'", "did you mean 'matches'?"),
        ({"n": {"exists": "yes"}}, "'exists' takes true or false", ""),
        ({"n": {"gt": "3"}}, "an order is between numbers, not text", ""),
        ({"n": {"matches": "("}}, "is not a regular expression", ""),
        ({"n": {"in": 3}}, "'in' takes a list, not a number", ""),
        ({"any": {"n": 3}}, "'any' takes a list of conditions", ""),
        ({"any": []}, "'any' takes a list of conditions", ""),
        ({"not": ["n"]}, "'not' takes a condition", ""),
        ({"n | lowr": 3}, "there is no filter 'lowr'", "did you mean 'lower'?"),
    ],
)
def test_wrong_condition_is_refused_at_load(when: dict[str, Any], message: str, hint: str) -> None:
    """A condition that could never work is an error of the mapping, with the nearest right name."""
    with pytest.raises(Unknown) as unknown:
        condition(when, NAMES)
    assert message in str(unknown.value)
    assert unknown.value.hint == hint
