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

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from adapters.mapping import syntax
from adapters.mapping.closures import Names, pipeline, rendered
from adapters.mapping.code import Code, Function
from adapters.mapping.comparisons import COMPARISONS, Test
from adapters.mapping.failures import Absent, Failure, Unknown, shown
from adapters.mapping.scope import Closure, Constant, Scope, inside, never
from adapters.mapping.syntax import ALL, Step
from adapters.yamlfile import suggestion

OTHER = None
"""In place of a text that is known: whatever is none of those that are named."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate over a scope. Where it does not hold, `why_not` says what is otherwise there.

    `known` is the answer where it is the same for every scope. `named` are the texts that values of expressions are
    compared with, by each expression as it is written.
    """

    holds: Closure
    why_not: Callable[[Scope], str]
    known: bool | None = None
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    reduced: Callable[[str, str | None], Condition] | None = None

    def given(self, key: str, value: str | None) -> Condition:
        """What is left to ask where the value of an expression is known to be a text, or OTHER than all named ones."""
        return self.reduced(key, value) if self.reduced and self.known is None else self


def condition(source: Mapping[str, Any], names: Names) -> Condition:
    """All entries of a `when:`; raises Unknown or SyntaxProblem for what cannot be compiled."""
    return _all([_entry(key, operand, names) for key, operand in source.items()])


def _all(parts: Sequence[Condition]) -> Condition:
    if never := next((part for part in parts if part.known is False), None):
        return never
    if len(open_ := [part for part in parts if part.known is None]) == 1:
        return open_[0]

    def why_not(scope: Scope) -> str:
        return next(part.why_not(scope) for part in open_ if not part.holds(scope))

    return Condition(
        _while("{}", [part.holds for part in open_]),
        why_not,
        None if open_ else True,
        _named(open_),
        lambda key, value: _all([part.given(key, value) for part in open_]),
    )


def any_of(parts: Sequence[Condition]) -> Condition:
    """One of them; they are asked in turn until one holds."""
    if always := next((part for part in parts if part.known), None):
        return always
    open_ = [part for part in parts if part.known is None]
    return Condition(
        _while("not {}", [part.holds for part in open_]) if open_ else Constant(False),
        lambda scope: " and ".join(part.why_not(scope) for part in parts),
        None if open_ else False,
        _named(open_),
        lambda key, value: any_of([part.given(key, value) for part in parts]),
    )


def _named(parts: Sequence[Condition]) -> Mapping[str, frozenset[str]]:
    keys = {key for part in parts for key in part.named}
    return {key: frozenset().union(*(part.named.get(key, ()) for part in parts)) for key in keys}


def _while(so_far: str, tests: Sequence[Closure]) -> Closure:
    """The last answer of tests asked in turn, each only if `so_far` holds of the answer before it, its `{}`."""
    if not tests:
        return Constant(True)
    if len(tests) == 1:
        return tests[0]

    def write(function: Function) -> str:
        answer = function.assign(function.value(tests[0]))
        for test in tests[1:]:
            with function.block(f"if {so_far.format(answer)}:"):
                function.write(f"{answer} = {function.value(test)}")
        return answer

    return Code(write)


def _not(inner: Condition, why_not: Callable[[Scope], str]) -> Condition:
    return Condition(
        Code(lambda function: function.assign(f"not {function.value(inner.holds)}")),
        why_not,
        None if inner.known is None else not inner.known,
        inner.named,
        lambda key, value: _not(inner.given(key, value), why_not),
    )


def _entry(key: str, operand: Any, names: Names) -> Condition:
    if key == "not":
        return _not(condition(_object(key, operand), names), lambda _: "what 'not' rules out holds")
    if key in ("any", "all"):
        if not isinstance(operand, list) or not operand:
            raise Unknown(f"'{key}' takes a list of conditions")
        parts = [condition(_object(key, item), names) for item in operand]
        return any_of(parts) if key == "any" else _all(parts)
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
        return _not(_compared(key, get, operand, names), lambda scope: f"{key} is {found(get(scope))}")
    resolved = _resolved(operand, names)
    try:
        holds, wanted = _predicate(get, name, resolved, names)
    except Unknown as problem:
        raise problem if resolved == operand else Unknown(f"{operand}: {problem}", problem.hint) from None
    operand, texts = resolved, _texts(name, resolved)

    def why_not(scope: Scope) -> str:
        return f"{key} is {found(get(scope))}{wanted}"

    def reduced(asked: str, value: str | None) -> Condition:
        if asked != key or (value is OTHER and not texts):
            return made
        if value is OTHER:
            return Condition(Constant(False), why_not, known=False)
        return _comparison(key, Constant(value), name, operand, names)

    known = holds({}) if isinstance(get, Constant) and _written_out(operand) else None
    made = Condition(holds, why_not, known, {key: texts} if texts else {}, reduced)
    return made


def _resolved(operand: Any, names: Names) -> Any:
    """An operand with the values in place of the expressions that are known when the mapping loads."""
    if isinstance(operand, list):
        return [_resolved(item, names) for item in operand]
    if isinstance(operand, str) and not _written_out(operand):
        closure = rendered(syntax.template(operand), names)
        return closure.value if isinstance(closure, Constant) and not never(closure) else operand
    return operand


def _predicate(get: Closure, name: str, operand: Any, names: Names) -> tuple[Closure, str]:
    """The predicate of a comparison, and what to say it wanted."""
    if name == "exists":
        if not isinstance(operand, bool):
            raise Unknown("'exists' takes true or false")
        question = f"type({{0}}) {'is not' if operand else 'is'} Absent"
        return _asked(get, question, lambda value, _: (type(value) is not Absent) is operand), ""
    wanted = f", not {_wanted(name, operand)}"
    if texts := _texts(name, operand):
        question = "type({0}) is str and {0} in {1}"
        return _asked(get, question, lambda value, _: type(value) is str and value in texts, texts), wanted
    if known := _listed(name, operand):
        question = "type({0}) is not bool and {0} in {1}"
        return _asked(get, question, lambda value, _: type(value) is not bool and value in known, known), wanted
    if name == "eq" and not isinstance(get, Constant):
        return _equal(get, operand, names), wanted
    test = _some(operand, names) if name == "some" else _test(name, operand, names)
    question, reads = "type({0}) is not Absent and {1}({0}, scope)", () if _written_out(operand) else (ALL,)

    def ask(value: Any, scope: Scope) -> bool:
        return type(value) is not Absent and test(value, scope)

    return _asked(get, question, ask, test, reads), wanted


def _asked(get: Closure, question: str, ask: Test, of: object = None, reads: Collection[Step] = ()) -> Closure:
    """What a question says of a value, its `{0}`, and of something that is known, its `{1}`; `ask` asks the same.

    `reads` are the members of the scope that it looks at beside the value.
    """
    if isinstance(get, Constant):
        return lambda scope: ask(get.value, scope)

    def write(function: Function) -> str:
        function.reads.update(reads)
        return function.assign(question.format(function.value(get), function.bind(of)))

    return Code(write)


def _equal(get: Closure, operand: Any, names: Names) -> Closure:
    """Whether a value is there, and equal to another one of its kind; the other one is made only then."""
    made = isinstance(operand, str) and not _written_out(operand)
    wanted = rendered(syntax.template(operand), names) if made else Constant(operand)

    def write(function: Function) -> str:
        value, answer = function.value(get), function.assign("False")
        with function.block(f"if type({value}) is not Absent:"):
            other = function.value(wanted)
            if function.may_miss(other):
                function.write(f"if type({other}) is Absent: {function.bind(_refuse)}({other})")
            function.write(f"{answer} = {value} == {other} and (type({value}) is bool) is (type({other}) is bool)")
        return answer

    return Code(write)


def _refuse(absent: Absent) -> NoReturn:
    raise Failure(f"cannot compare: {absent.reason}")


def _test(name: str, operand: Any, names: Names) -> Test:
    if (make := COMPARISONS.get(name)) is None:
        raise Unknown(f"there is no comparison '{name}'", suggestion(name, [*COMPARISONS, "exists", "not", "some"]))
    return make(operand, names)


def _some(operand: Any, names: Names) -> Test:
    inner = condition(_object("some", operand), names)
    return lambda value, scope: (
        isinstance(value, list) and any(isinstance(item, dict) and inner.holds(inside(scope, item)) for item in value)
    )


def _texts(name: str, operand: Any) -> frozenset[str]:
    """The values that a comparison allows, where they are a few texts that are written out."""
    allowed = operand if name == "in" and isinstance(operand, list) else [operand] if name == "eq" else []
    texts = frozenset(value for value in allowed if isinstance(value, str) and _written_out(value))
    return texts if len(texts) == len(allowed) else frozenset()


def _listed(name: str, operand: Any) -> tuple[Any, ...]:
    """The texts and numbers that a comparison allows, where they are no more than that, and written out."""
    plain = name == "in" and isinstance(operand, list) and all(type(each) in (str, int, float) for each in operand)
    return tuple(operand) if plain and _written_out(operand) else ()


def _written_out(operand: Any) -> bool:
    """Whether an operand has no expression in it."""
    return "${" not in str(operand)


def found(value: Any) -> str:
    """What an expression gave, in words."""
    return "missing" if type(value) is Absent else shown(value)


def _wanted(name: str, operand: Any) -> str:
    words = ", ".join(map(str, operand)) if isinstance(operand, list) else str(operand)
    return {"eq": words, "in": f"one of {words}"}.get(name, f"{name} {words}")
