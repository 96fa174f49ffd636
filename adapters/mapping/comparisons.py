"""The comparisons of a condition: each makes, from its operand, a test of a value that is there."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from adapters.mapping import syntax
from adapters.mapping.closures import Names, rendered
from adapters.mapping.code import called
from adapters.mapping.equality import same
from adapters.mapping.failures import Absent, Failure, Unknown, kind, shown
from adapters.mapping.patterns import matching
from adapters.mapping.scope import Closure, Scope

Test = Callable[[Any, Scope], bool]


def equals(operand: Any, names: Names) -> Test:
    """Equal and of one kind: 1 is not true, "1" is not 1."""
    if isinstance(operand, str) and "${" in operand:
        wanted = _operand(operand, names)
        return lambda value, scope: same(value, wanted(scope))
    truth = isinstance(operand, bool)
    return lambda value, _: bool(value == operand) and isinstance(value, bool) == truth


def one_of(operand: Any, names: Names) -> Test:
    """Equal to an item of the list, which may be written out or be a `${...}` that is a list."""
    if isinstance(operand, list):
        tests = [equals(item, names) for item in operand]
        return lambda value, scope: any(test(value, scope) for test in tests)
    wanted = _operand(operand, names)
    return lambda value, scope: any(same(value, item) for item in _list(wanted(scope)))


def matches(operand: Any, _names: Names) -> Test:
    """Text that a regular expression matches from its beginning to its end."""
    if not isinstance(operand, str):
        raise Unknown("'matches' takes a regular expression")
    if "${" in operand:
        raise Unknown("'matches' needs its pattern when the mapping loads", "a text, or ${$variable}")
    try:
        pattern = matching(operand)
    except ValueError as error:
        raise Unknown(str(error)) from None
    return lambda value, _: isinstance(value, str) and pattern(value)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Names], Test]:
    def make(operand: Any, _names: Names) -> Test:
        if not _number(operand):
            raise Unknown(f"an order is between numbers, not {kind(type(operand))}")
        return lambda value, _: _number(value) and compare(value, operand)

    return make


COMPARISONS: Mapping[str, Callable[[Any, Names], Test]] = {
    "eq": equals,
    "in": one_of,
    "matches": matches,
    "gt": _ordered(operator.gt),
    "ge": _ordered(operator.ge),
    "lt": _ordered(operator.lt),
    "le": _ordered(operator.le),
}
"""Every comparison by its name, but for `exists`, `not` and `some`, which are about more than one value."""


def _operand(text: Any, names: Names) -> Closure:
    if not isinstance(text, str):
        raise Unknown(f"'in' takes a list, not {kind(type(text))}")
    closure = called(rendered(syntax.template(text), names))

    def get(scope: Scope) -> Any:
        value = closure(scope)
        if type(value) is Absent:
            raise Failure(f"cannot compare: {value.reason}")
        return value

    return get


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Failure(f"'in' needs a list, found {shown(value)}")
    return value


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
