"""Closures written out as one function: what it computes, what it computes once, and where it fails."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.mapping.closures import Names, pipeline
from adapters.mapping.code import Code, Function, called, folded, remembered
from adapters.mapping.failures import Absent, Failure
from adapters.mapping.scope import MEMO, Closure, Constant, each_of, scope
from adapters.mapping.syntax import expression
from tests.mapping.support import evaluate, events, mapping, notification

NAMES = Names({}, {})


def counted() -> tuple[Closure, list[Any]]:
    """A closure of another kind, and the scopes that it was called with."""
    scopes: list[Any] = []

    def count(scope: Any) -> int:
        scopes.append(scope)
        return len(scopes)

    return count, scopes


def pair(one: Closure, other: Closure) -> Code:
    """Two values in one function."""
    return Code(lambda function: function.assign(f"[{function.value(one)}, {function.value(other)}]"))


@pytest.mark.parametrize("step", ["a b", "it's", '"', "\\", "\n", "\u2028", "\ud800", "{x}", "scope", "__class__"])
def test_a_name_in_the_payload_is_only_a_name(step: str) -> None:
    """Whatever a mapping calls a member is quoted where it is written into a function."""
    escaped = step.replace("\\", "\\\\").replace('"', '\\"')
    parsed = expression(f'"{escaped}"')
    closure = pipeline(parsed, NAMES)
    assert closure({step: "found"}) == "found"
    assert closure({}) == Absent(f"{parsed.path} is missing")


def test_a_value_is_computed_once_in_a_function() -> None:
    """What two parts need is not asked for twice."""
    count, scopes = counted()
    assert pair(count, count).function({}) == [1, 1]
    assert len(scopes) == 1


def test_what_a_condition_computes_is_not_known_behind_it() -> None:
    """A fallback that was not needed does not count as computed."""
    fallback = pipeline(expression("a | default(b)"), NAMES)
    both = pair(fallback, pipeline(expression("b"), NAMES)).function
    assert both({"a": 1, "b": 2}) == [1, 2]
    assert both({"b": 2}) == [2, 2]


def test_a_record_remembers_across_functions() -> None:
    """A named value is computed once for a record, whichever function needs it first, and anew for the next."""
    count, _ = counted()
    first, second = remembered(count, "n"), remembered(count, "n")
    record: dict[str, Any] = {MEMO: {}}
    assert (first(record), second(record), first({MEMO: {}})) == (1, 1, 2)


def test_what_reads_no_item_is_evaluated_once_for_all_of_them() -> None:
    """A named value is made again for each item of a split only if it reads the item, itself or by another name."""
    values, scopes = counted()
    alone = remembered(Code(lambda function: function.assign(f"{function.bind(values)}(0)")), "alone", {"item"})
    of_item = remembered(pipeline(expression("item.size"), NAMES), "of", {"item"})
    both = remembered(pair(alone, of_item), "both", {"item"})
    of_body = remembered(lambda scope: scope["item"], "unknown", {"item"})
    whole = scope({"items": [1, 2]}, notification({}))
    items = [*each_of(whole, "item", [{"size": 5}, {"size": 6}])]
    assert [both(each) for each in items] == [[1, 5], [1, 6]]
    assert [of_body(each) for each in items] == [{"size": 5}, {"size": 6}]
    assert len(scopes) == 1


def test_names_of_names_may_go_deep() -> None:
    """However many names stand for one another, Python can read what is written."""
    closure = pipeline(expression("a"), NAMES)
    for level in range(300):
        closure = remembered(closure, str(level))
    assert called(closure)({"a": 1, MEMO: {}}) == 1


def test_what_is_tried_may_be_in_what_is_tried() -> None:
    """However often: Python writes no more than twenty in one another."""
    assert evaluate("it | int" + " | or_missing | int" * 60, {"it": "7"}) == 7
    assert isinstance(evaluate("it | int" + " | or_missing" * 60, {"it": "x"}), Absent)


def test_constants_are_folded_unless_they_fail() -> None:
    """What can be known is known at load; a failure waits for the record that meets it."""
    assert pipeline(expression("$name | upper"), Names({"name": Constant("a")}, {})) == Constant("A")
    failing = pipeline(expression("$name | upper"), Names({"name": Constant(5)}, {}))
    assert not isinstance(failing, Constant)
    with pytest.raises(Failure, match="upper takes text, found a number '5'"):
        failing({})
    assert folded(failing, [Constant(1), failing]) is failing


def test_a_failure_is_told_at_the_place_of_its_statement() -> None:
    """Of several statements that may fail, the place is of the one that did; a place inside another counts."""

    def write(function: Function) -> str:
        values = []
        for name in ("a", "b"):
            with function.at(f"at {name}"):
                values.append(function.value(pipeline(expression(f"{name} | int"), NAMES)))
        return function.assign(f"[{', '.join(values)}]")

    both = Code(write).function
    assert both({"a": "1", "b": "2"}) == [1, 2]
    for record, place in (({"a": "x", "b": "2"}, "at a"), ({"a": "1", "b": []}, "at b")):
        with pytest.raises(Failure, match=r"^int") as failure:
            both(record)
        assert failure.value.where == place


def test_a_bug_is_not_taken_for_a_failure() -> None:
    """Only what a filter raises for its value is the mapping's or the payload's fault."""

    def broken(_: Any) -> Any:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match=r"^a bug$"):
        Code(lambda function: function.value(broken))({})


def test_names_that_are_used_by_names_stay_short() -> None:
    """However deep names are made of names, and however often each is used, what is generated does not multiply."""
    deep = "\n".join(
        f"  n{n}: ${{a.x{n} | default($n{n - 1}) | default($n{n - 1}) | default(b)}}" for n in range(1, 25)
    )
    translator = mapping(f"""
cdevents: 0.5.1
let:
  n0: ${{a.x0}}
{deep}
rules:
  any:
    emit: change.created
    id: [$n24]
    timestamp: ${{$received_at}}
    subject: {{id: "${{$n24}}", content: {{repository: {{id: shop}}}}}}
""")
    [event] = events(translator, {"a": {"x0": "deep"}})
    assert event.subject_id == "deep"


def test_a_group_that_takes_no_part_finds_nothing() -> None:
    """A pattern may match without its group."""
    assert evaluate('v | capture("(a)|b") | default("none")', {"v": "b"}) == "none"
