"""`when:` and `ignore:`: structured conditions, compiled to predicates that can say why they do not hold.

    when:
      build.phase: FINALIZED                     # equal to
      build.status: [FAILURE, UNSTABLE]          # one of
      build.number: {ge: 10}                     # eq in matches gt ge lt le, exists, not, some
      approvals: {some: {type: Code-Review}}     # an item of a list for which a condition holds
      any: [{...}, {...}]                        # or; `all: [...]` and; `not: {...}`

A key is an expression (`patchSet.number | int`). What is missing satisfies only `exists: false` and `not`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.mapping import syntax
from adapters.mapping.closures import Closure, Names, Scope, Unknown, pipeline
from adapters.mapping.comparisons import COMPARISONS, Test
from adapters.mapping.failures import Missing, shown
from adapters.yamlfile import suggestion


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate over a scope. Where it does not hold, `why_not` says what is otherwise there."""

    holds: Callable[[Scope], bool]
    why_not: Callable[[Scope], str]


def condition(source: Mapping[str, Any], names: Names) -> Condition:
    """All entries of a `when:`; raises Unknown or SyntaxProblem for what cannot be compiled."""
    return _all([_entry(key, operand, names) for key, operand in source.items()])


def _all(parts: Sequence[Condition]) -> Condition:
    if len(parts) == 1:
        return parts[0]
    tests = tuple(part.holds for part in parts)

    def holds(scope: Scope) -> bool:
        for test in tests:  # noqa: SIM110  a loop is twice as fast as all() over a generator, and this is every rule
            if not test(scope):
                return False
        return True

    return Condition(holds, lambda scope: next(part.why_not(scope) for part in parts if not part.holds(scope)))


def _any(parts: Sequence[Condition]) -> Condition:
    return Condition(
        lambda scope: any(part.holds(scope) for part in parts),
        lambda scope: " and ".join(part.why_not(scope) for part in parts),
    )


def _entry(key: str, operand: Any, names: Names) -> Condition:
    if key == "not":
        inner = condition(_object(key, operand), names)
        return Condition(lambda scope: not inner.holds(scope), lambda _: "what 'not' rules out holds")
    if key in ("any", "all"):
        if not isinstance(operand, list) or not operand:
            raise Unknown(f"'{key}' takes a list of conditions")
        parts = [condition(_object(key, item), names) for item in operand]
        return _any(parts) if key == "any" else _all(parts)
    return _compared(key, pipeline(syntax.expression(key), names), operand, names)


def _object(key: str, operand: Any) -> Mapping[str, Any]:
    if not isinstance(operand, dict):
        raise Unknown(f"'{key}' takes a condition, such as {{type: push}}")
    return operand


def _compared(key: str, get: Closure, operand: Any, names: Names) -> Condition:
    if isinstance(operand, dict):
        return _all([_comparison(key, get, name, value, names) for name, value in operand.items()])
    return _comparison(key, get, "in" if isinstance(operand, list) else "eq", operand, names)


def _comparison(key: str, get: Closure, name: str, operand: Any, names: Names) -> Condition:
    if name == "not":
        inner = _compared(key, get, operand, names)
        return Condition(lambda scope: not inner.holds(scope), lambda scope: f"{key} {_found(get, scope)}")
    if name == "exists":
        return Condition(_exists(get, operand), lambda scope: f"{key} {_found(get, scope)}")
    test = _some(operand, names) if name == "some" else _test(name, operand, names)

    def holds(scope: Scope) -> bool:
        try:
            return test(get(scope), scope)
        except Missing:
            return False

    return Condition(holds, lambda scope: f"{key} {_found(get, scope)}, not {_wanted(name, operand)}")


def _test(name: str, operand: Any, names: Names) -> Test:
    if (make := COMPARISONS.get(name)) is None:
        raise Unknown(f"there is no comparison '{name}'", suggestion(name, [*COMPARISONS, "exists", "not", "some"]))
    return make(operand, names)


def _some(operand: Any, names: Names) -> Test:
    inner = condition(_object("some", operand), names)
    return lambda value, _: (
        isinstance(value, list) and any(isinstance(item, dict) and inner.holds(item) for item in value)
    )


def _exists(get: Closure, wanted: Any) -> Callable[[Scope], bool]:
    if not isinstance(wanted, bool):
        raise Unknown("'exists' takes true or false")

    def holds(scope: Scope) -> bool:
        try:
            get(scope)
        except Missing:
            return not wanted
        return wanted

    return holds


def _found(get: Closure, scope: Scope) -> str:
    try:
        return f"is {shown(get(scope))}"
    except Missing:
        return "is missing"


def _wanted(name: str, operand: Any) -> str:
    words = ", ".join(map(str, operand)) if isinstance(operand, list) else str(operand)
    return {"eq": words, "in": f"one of {words}"}.get(name, f"{name} {words}")
