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
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.mapping import syntax
from adapters.mapping.closures import Names, pipeline, rendered
from adapters.mapping.code import Code, Function, called
from adapters.mapping.comparisons import COMPARISONS, Test
from adapters.mapping.failures import Absent, Unknown, shown
from adapters.mapping.scope import Closure, Constant, Scope, inside
from adapters.yamlfile import suggestion


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate over a scope. Where it does not hold, `why_not` says what is otherwise there.

    `known` is the answer where it is the same for every scope. `only` are texts of which one must be the value of an
    expression for the condition to hold, by that expression as it is written.
    """

    holds: Closure
    why_not: Callable[[Scope], str]
    known: bool | None = None
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)


def condition(source: Mapping[str, Any], names: Names) -> Condition:
    """All entries of a `when:`; raises Unknown or SyntaxProblem for what cannot be compiled."""
    return _all([_entry(key, operand, names) for key, operand in source.items()])


def ready(made: Condition) -> Condition:
    """A condition that is asked by itself, of every record: its predicate is quickest to call."""
    return replace(made, holds=called(made.holds))


def _all(parts: Sequence[Condition]) -> Condition:
    if never := next((part for part in parts if part.known is False), None):
        return never
    if len(open_ := [part for part in parts if part.known is None]) == 1:
        return open_[0]

    def why_not(scope: Scope) -> str:
        return next(part.why_not(scope) for part in open_ if not part.holds(scope))

    only = {key: values for part in open_ for key, values in part.only.items()}
    return Condition(_while("{}", [part.holds for part in open_]), why_not, None if open_ else True, only)


def _any(parts: Sequence[Condition]) -> Condition:
    if always := next((part for part in parts if part.known), None):
        return always
    open_ = [part for part in parts if part.known is None]
    return Condition(
        _while("not {}", [part.holds for part in open_]) if open_ else Constant(False),
        lambda scope: " and ".join(part.why_not(scope) for part in parts),
        None if open_ else False,
    )


def _while(so_far: str, tests: Sequence[Closure]) -> Closure:
    """The last answer of tests asked in turn, each only if `so_far` holds of the answer before it, its `{}`."""
    if not tests:
        return Constant(True)

    def write(function: Function) -> str:
        answer = function.assign(function.value(tests[0]))
        for test in tests[1:]:
            with function.block(f"if {so_far.format(answer)}:"):
                function.write(f"{answer} = {function.value(test)}")
        return answer

    return Code(write)


def _not(inner: Condition) -> Closure:
    return Code(lambda function: function.assign(f"not {function.value(inner.holds)}"))


def _entry(key: str, operand: Any, names: Names) -> Condition:
    if key == "not":
        inner = condition(_object(key, operand), names)
        return Condition(_not(inner), lambda _: "what 'not' rules out holds")
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
    resolved = _resolved(operand, names)
    try:
        holds, wanted = _predicate(get, name, resolved, names)
    except Unknown as problem:
        raise problem if resolved == operand else Unknown(f"{operand}: {problem}", problem.hint) from None
    operand = resolved

    def why_not(scope: Scope) -> str:
        return f"{key} is {found(get(scope))}{wanted}"

    known = holds({}) if isinstance(get, Constant) and _written_out(operand) else None
    return Condition(holds, why_not, known, {key: texts} if (texts := _texts(name, operand)) else {})


def _resolved(operand: Any, names: Names) -> Any:
    """An operand with the values in place of the expressions that are known when the mapping loads."""
    if isinstance(operand, list):
        return [_resolved(item, names) for item in operand]
    if isinstance(operand, str) and not _written_out(operand):
        closure = rendered(syntax.template(operand), names)
        return closure.value if isinstance(closure, Constant) else operand
    return operand


def _predicate(get: Closure, name: str, operand: Any, names: Names) -> tuple[Closure, str]:
    """The predicate of a comparison, and what to say it wanted."""
    if name == "not":
        return _not(_compared("", get, operand, names)), ""
    if name == "exists":
        if not isinstance(operand, bool):
            raise Unknown("'exists' takes true or false")
        return _asked(get, "(type({0}) is not Absent) is {1}", operand), ""
    wanted = f", not {_wanted(name, operand)}"
    if texts := _texts(name, operand):
        return _asked(get, "type({0}) is str and {0} in {1}", texts), wanted
    test = _some(operand, names) if name == "some" else _test(name, operand, names)
    return _asked(get, "type({0}) is not Absent and {1}({0}, scope)", test), wanted


def _asked(get: Closure, question: str, of: object) -> Closure:
    """What a question says of a value, its `{0}`, and of something that is known, its `{1}`."""
    return Code(lambda function: function.assign(question.format(function.value(get), function.bind(of))))


def _test(name: str, operand: Any, names: Names) -> Test:
    if (make := COMPARISONS.get(name)) is None:
        raise Unknown(f"there is no comparison '{name}'", suggestion(name, [*COMPARISONS, "exists", "not", "some"]))
    return make(operand, names)


def _some(operand: Any, names: Names) -> Test:
    inner = ready(condition(_object("some", operand), names))
    return lambda value, scope: (
        isinstance(value, list) and any(isinstance(item, dict) and inner.holds(inside(scope, item)) for item in value)
    )


def _texts(name: str, operand: Any) -> frozenset[str]:
    """The values that a comparison allows, where they are a few texts that are written out."""
    allowed = operand if name == "in" and isinstance(operand, list) else [operand] if name == "eq" else []
    texts = frozenset(value for value in allowed if isinstance(value, str) and _written_out(value))
    return texts if len(texts) == len(allowed) else frozenset()


def _written_out(operand: Any) -> bool:
    """Whether an operand has no expression in it."""
    return "${" not in str(operand)


def found(value: Any) -> str:
    """What an expression gave, in words."""
    return "missing" if type(value) is Absent else shown(value)


def _wanted(name: str, operand: Any) -> str:
    words = ", ".join(map(str, operand)) if isinstance(operand, list) else str(operand)
    return {"eq": words, "in": f"one of {words}"}.get(name, f"{name} {words}")
