"""Expressions and templates compiled, once, to closures over a scope that can be written out as Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeGuard

from adapters.mapping.calls import filtered
from adapters.mapping.code import Code, Function, folded
from adapters.mapping.failures import Absent, Failure, Unknown, shown
from adapters.mapping.filters import FILTERS
from adapters.mapping.paths import followed, stepped
from adapters.mapping.scope import Closure, Constant, never
from adapters.mapping.syntax import ALL, Argument, Call, Expression, Literal, Path, Step, Template
from adapters.yamlfile import suggestion


@dataclass(frozen=True, slots=True)
class Names:
    """What expressions may refer to beside the payload: `$names` and tables."""

    values: Mapping[str, Closure]
    tables: Mapping[str, Mapping[str, Any]]


def lookup(path: Path, names: Names) -> Closure:
    """A path's closure: Absent where it leads nowhere. Raises Unknown for a `$name` that is not defined."""
    if path.name is None:
        return Code(lambda function: _walked(function, "scope", path))
    if (start := names.values.get(path.name)) is None:
        raise Unknown(f"${path.name} is not defined", suggestion(path.name, names.values))
    if not path.steps:
        return start
    return folded(Code(lambda function: _walked(function, function.value(start), path)), [start])


def _walked(function: Function, start: str, path: Path) -> str:
    if start == "scope":
        function.reads.add(path.steps[0])

    def write() -> str:
        if ALL in path.steps:
            return _of_every(function, start, path)
        found = function.assign(_step(function, start, path.steps))
        function.write(f"if {found} is None: {found} = {function.bind(Absent(f'{path} is missing'))}")
        return found

    return function.once((start, path), write)


def _step(function: Function, start: str, steps: Sequence[Step]) -> str:
    """What the last of some steps leads to, as an expression; None where it leads nowhere.

    A member is often missing: to ask is ten times as fast as to catch a KeyError.
    """
    *before, last = steps
    value = _within(function, start, tuple(before)) if before else start
    if value == "scope" and isinstance(last, str):
        return f"scope.get({last!a})"
    nothing = f"type({value}) is Absent" if value == start else f"{value} is None"
    other = f"None if {nothing} else {function.bind(stepped)}({value}, {last!a})"
    return f"{value}.get({last!a}) if type({value}) is dict else {other}" if isinstance(last, str) else other


def _within(function: Function, start: str, steps: Sequence[Step]) -> str:
    """What steps on the way to others lead to, looked at once."""
    return function.once((start, steps), lambda: function.assign(_step(function, start, steps)))


def _of_every(function: Function, start: str, path: Path) -> str:
    """What a path with `[*]` in it leads to: the way up to there is written out, as it is for others."""
    at = path.steps.index(ALL)
    head, rest = Path(path.steps[:at], path.name), path.steps[at:]
    value = _walked(function, start, head) if head.steps else start
    found = f"{function.bind(followed)}({value}, {function.bind(rest)}, {str(head)!a})"
    return function.assign(function.unless_absent([value], found))


def pipeline(expression: Expression, names: Names) -> Closure:
    """An expression's closure; raises Unknown for what it names and there is not."""
    closure = lookup(expression.path, names)
    for call in expression.calls:
        closure = _SPECIAL.get(call.name, _filtered)(closure, call, names)
    return closure


def _filtered(inner: Closure, call: Call, names: Names) -> Closure:
    if (found := FILTERS.get(call.name)) is None:
        raise Unknown(f"there is no filter '{call.name}'", suggestion(call.name, [*FILTERS, *_SPECIAL]))
    return filtered(inner, found, call.arguments, [_argument(argument, names) for argument in call.arguments])


def _argument(argument: Argument, names: Names) -> Closure:
    return Constant(argument.value) if isinstance(argument, Literal) else lookup(argument, names)


def _default(inner: Closure, call: Call, names: Names) -> Closure:
    if len(call.arguments) != 1:
        raise Unknown("'default' takes one argument", "write default(value)")
    fallback = _argument(call.arguments[0], names)

    def write(function: Function) -> str:
        value = function.assign(function.value(inner))
        with function.block(f"if type({value}) is Absent:"):
            function.write(f"{value} = {function.value(fallback)}")
        return value

    return folded(Code(write), [inner, fallback])


def _if(inner: Closure, call: Call, names: Names) -> Closure:
    if len(call.arguments) != 2:  # noqa: PLR2004  yes and no
        raise Unknown("'if' takes two arguments", "write if(yes, no)")
    yes, no = (_argument(argument, names) for argument in call.arguments)

    def write(function: Function) -> str:
        value = function.assign(function.value(inner))
        with function.block(f"if type({value}) is not Absent:"):
            function.write(f"{value} = {function.bind(_truth)}({value})")
            with function.block(f"if {value}:"):
                function.write(f"{value} = {function.value(yes)}")
            with function.block("else:"):
                function.write(f"{value} = {function.value(no)}")
        return value

    return folded(Code(write), [inner, yes, no])


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Failure(f"if takes true or false, found {shown(value)}")


def _or_missing(inner: Closure, call: Call, _: Names) -> Closure:
    if call.arguments:
        raise Unknown("'or_missing' takes no arguments", "write or_missing")

    def write(function: Function) -> str:
        value = function.variable()
        with function.block("try:"):
            function.write(f"{value} = {function.value(inner)}")
        with function.block("except FAILURES as error:"):
            function.write(f"{value} = Absent(str(error))")
        return value

    return folded(Code(write), [inner])


def _table(inner: Closure, call: Call, names: Names) -> Closure:
    name, table = table_of(call, names)
    otherwise = [each.value for each in call.arguments[1:] if isinstance(each, Literal)]

    def find(key: Any) -> Any:
        text = str(key) if type(key) in (str, int) else FILTERS["string"](key, ())
        if text in table:
            return table[text]
        if otherwise:
            return otherwise[0]
        raise Failure(f"table {name} has no '{text[:60]}'")

    def write(function: Function) -> str:
        key, known = function.value(inner), function.bind(table)
        other = f"{function.bind(find)}({key})"
        return function.made_of([key], f"{known}[{key}] if type({key}) is str and {key} in {known} else {other}")

    return folded(Code(write), [inner])


def table_of(call: Call, names: Names) -> tuple[str, Mapping[str, Any]]:
    """The table that `table(name)` or `table(name, otherwise)` looks into; raises Unknown when there is none."""
    match call.arguments:
        case (Path(steps=(str(name),), name=None),) | (Path(steps=(str(name),), name=None), Literal()):
            if (table := names.tables.get(name)) is None:
                raise Unknown(f"there is no table '{name}'", suggestion(name, names.tables))
            return name, table
    raise Unknown("'table' takes a table's name", 'write table(name) or table(name, "otherwise")')


_SPECIAL: Mapping[str, Callable[[Closure, Call, Names], Closure]] = {
    "default": _default,
    "if": _if,
    "or_missing": _or_missing,
    "table": _table,
}


def rendered(template: Template, names: Names) -> Closure:
    """A template's closure. One expression alone keeps its value's type; anything else makes text."""
    closures = [Constant(part) if isinstance(part, str) else pipeline(part, names) for part in template]
    if len(closures) == 1:
        return closures[0]
    if missing := next(filter(never, closures), None):
        return missing

    def write(function: Function) -> str:
        values, text = [function.value(each) for each in closures], function.bind(_text)
        parts = zip(closures, values, strict=True)
        texts = [_literal(each) if _is_text(each) else _made_text(value, text) for each, value in parts]
        return function.made_of(values, f'f"{"".join(texts)}"')

    return folded(Code(write), closures)


def _is_text(part: Closure) -> TypeGuard[Constant]:
    return isinstance(part, Constant) and type(part.value) is str


def _made_text(value: str, text: str) -> str:
    """A value within a text with expressions, as Python writes it; `text` makes one of what is no text."""
    return f"{{{value} if type({value}) is str or type({value}) is int else {text}({value})}}"


def _literal(part: Constant) -> str:
    """A text that is known, as Python writes it within a text with expressions."""
    escaped: str = part.value.encode("unicode_escape").decode()
    return escaped.replace('"', '\\"').replace("{", "{{").replace("}", "}}")


def _text(value: Any) -> NoReturn:
    raise Failure(f"{shown(value)} cannot be part of a text")
