"""Expressions and templates compiled, once, to closures over a scope that can be written out as Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.mapping.code import Code, Function, folded
from adapters.mapping.failures import Absent, Failure, kind, shown
from adapters.mapping.filters import FILTERS, Filter, Parameter
from adapters.mapping.paths import followed
from adapters.mapping.scope import Closure, Constant, never
from adapters.mapping.syntax import ALL, Argument, Call, Expression, Literal, Path, Template
from adapters.yamlfile import suggestion


class Unknown(ValueError):
    """A mapping names a filter, table or `$name` that there is not, or calls a filter wrongly."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Names:
    """What expressions may refer to beside the payload: `$names` and tables."""

    values: Mapping[str, Closure]
    tables: Mapping[str, Mapping[str, Any]]


# An Absent has no steps, but to ask first is ten times as fast as to catch a TypeError.
_IF_THERE = " if type({0}) is not Absent else None"


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
    def write() -> str:
        if ALL in path.steps:
            return _of_every(function, start, path)
        found, steps = function.variable(), "".join(f"[{step!a}]" for step in path.steps)
        function.write(f"try: {found} = {start}{steps}{_IF_THERE.format(start) if path.name else ''}")
        function.write(f"except (KeyError, IndexError, TypeError): {found} = None")
        function.write(f"if {found} is None: {found} = {function.bind(Absent(f'{path} is missing'))}")
        return found

    return function.once((start, path), write)


def _of_every(function: Function, start: str, path: Path) -> str:
    """What a path with `[*]` in it leads to: the way up to there is written out, as it is for others."""
    at = path.steps.index(ALL)
    head, rest = Path(path.steps[:at], path.name), path.steps[at:]
    value = _walked(function, start, head) if head.steps else start
    found = f"{function.bind(followed)}({value}, {function.bind(rest)}, {str(head)!a})"
    return function.assign(unless_absent([value], found))


def pipeline(expression: Expression, names: Names) -> Closure:
    """An expression's closure; raises Unknown for what it names and there is not."""
    closure = lookup(expression.path, names)
    for call in expression.calls:
        closure = _SPECIAL.get(call.name, _filtered)(closure, call, names)
    return closure


def _filtered(inner: Closure, call: Call, names: Names) -> Closure:
    if (found := FILTERS.get(call.name)) is None:
        raise Unknown(f"there is no filter '{call.name}'", suggestion(call.name, [*FILTERS, *_SPECIAL]))
    arguments = [_argument(argument, names) for argument in call.arguments]
    _check_arguments(found, call.arguments, arguments)
    constants = [argument.value for argument in arguments if isinstance(argument, Constant)]
    if len(constants) < len(arguments):
        return _open(inner, found, arguments)
    return folded(_fixed(inner, found, _checked(found, call.arguments, constants)), [inner])


def _checked(found: Filter, written: Sequence[Argument], constants: Sequence[Any]) -> list[Any]:
    """Arguments that are known when the mapping loads, as the filter takes them; Unknown where it takes them never."""
    try:
        arguments = _fitted(found, constants)
        if any(parameter.known for parameter in found.parameters):
            found(found.accepts[0](), arguments)  # of nothing at all, it can only refuse how they are written
    except Failure as failure:
        names = ", ".join(str(argument) for argument in written if isinstance(argument, Path))
        raise Unknown(f"{names}: {failure}" if names else str(failure)) from None
    return arguments


def _fixed(inner: Closure, found: Filter, arguments: Sequence[Any]) -> Code:
    """A filter whose arguments are known when the mapping loads: it is called in the rule's own function."""

    def write(function: Function) -> str:
        value = function.value(inner)
        called = f"{function.bind(found.function)}({', '.join([value, *map(function.bind, arguments)])})"
        if not found.accepts:
            return function.assign(f"{value} if type({value}) is Absent else {called}", found.name)
        refused = f"{value} if type({value}) is Absent else {function.bind(found.refuse)}({value})"
        return function.assign(f"{called} if {_is_of(value, found.accepts, function)} else {refused}", found.name)

    return Code(write)


def _is_of(value: str, types: Sequence[type], function: Function) -> str:
    if len(types) == 1:
        return f"type({value}) is {function.bind(types[0])}"
    return f"type({value}) in {function.bind(types)}"


def _open(inner: Closure, found: Filter, arguments: Sequence[Closure]) -> Code:
    """A filter that takes some of its arguments from the payload: they are looked for where the value is there."""

    def write(function: Function) -> str:
        value = function.assign(function.value(inner))
        with function.block(f"if type({value}) is not Absent:"):
            others = [function.value(each) for each in arguments]
            called = f"{function.bind(apply)}({', '.join([value, *others])})"
            function.write(f"{value} = {unless_absent(others, called)}")
        return value

    def apply(value: Any, *values: Any) -> Any:
        return found(value, _fitted(found, values))

    return Code(write)


def unless_absent(values: Iterable[str], otherwise: str) -> str:
    """An expression: the first of some values that is Absent, or else another expression's."""
    return "".join(f"{value} if type({value}) is Absent else " for value in values) + otherwise


def _check_arguments(found: Filter, arguments: Sequence[Argument], closures: Sequence[Closure]) -> None:
    required = sum(parameter.required for parameter in found.parameters)
    variadic = any(parameter.variadic for parameter in found.parameters)
    if len(arguments) < required or (len(arguments) > len(found.parameters) and not variadic):
        raise Unknown(f"'{found.name}' is called with {len(arguments)} arguments", f"write {found.signature}")
    for parameter, argument, closure in zip(found.parameters, arguments, closures, strict=False):
        if parameter.known and not isinstance(closure, Constant):
            raise Unknown(
                f"'{found.name}' needs its {parameter.name} when the mapping loads", "in quotes, or a variable"
            )
        if isinstance(argument, Literal) and type(argument.value) not in parameter.types and parameter.types:
            raise Unknown(
                f"'{found.name}' takes {kind(parameter.types[0])} as {parameter.name}, not {argument.value!r}"
            )


def _argument(argument: Argument, names: Names) -> Closure:
    return Constant(argument.value) if isinstance(argument, Literal) else lookup(argument, names)


def _fitted(found: Filter, arguments: Sequence[Any]) -> list[Any]:
    """Arguments as a filter's parameters take them, the last one's again and again where it is variadic."""
    last = len(found.parameters) - 1
    return [_fits(found.parameters[min(index, last)], value, found.name) for index, value in enumerate(arguments)]


def _fits(parameter: Parameter, value: Any, name: str) -> Any:
    """An argument as its parameter takes it: a number may stand where text is wanted."""
    if not parameter.types or type(value) in parameter.types:
        return value
    if type(value) is int and str in parameter.types:
        return str(value)
    raise Failure(f"{name} takes {kind(parameter.types[0])} as {parameter.name}, found {shown(value)}")


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
        text = key if isinstance(key, str) else FILTERS["string"](key, ())
        if text in table:
            return table[text]
        if otherwise:
            return otherwise[0]
        raise Failure(f"table {name} has no '{text[:60]}'")

    def write(function: Function) -> str:
        key = function.value(inner)
        return function.assign(unless_absent([key], f"{function.bind(find)}({key})"))

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
        texts = (f"{{{value} if type({value}) is str else {text}({value})}}" for value in values)
        return function.assign(unless_absent(values, f'f"{"".join(texts)}"'))

    return folded(Code(write), closures)


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise Failure(f"{shown(value)} cannot be part of a text")
