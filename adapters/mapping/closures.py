"""Expressions and templates compiled, once, to plain closures over a scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.mapping.failures import Absent, Failure, kind, shown
from adapters.mapping.filters import FILTERS, Filter, Parameter, Regex
from adapters.mapping.patterns import compiled
from adapters.mapping.scope import Closure, Constant, Scope, folded
from adapters.mapping.syntax import Argument, Call, Expression, Literal, Path, Step, Template
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


_string = FILTERS["string"].bound(())


def lookup(path: Path, names: Names) -> Closure:
    """A path's closure: Absent where it leads nowhere. Raises Unknown for a `$name` that is not defined."""
    missing = Absent(f"{path} is missing")
    if path.name is None:
        return _walk(path.steps, missing)
    if (start := names.values.get(path.name)) is None:
        raise Unknown(f"${path.name} is not defined", suggestion(path.name, names.values))
    if not path.steps:
        return start
    onward = _walk(path.steps, missing)
    return folded(lambda scope: onward(start(scope)), [start])


def _walk(steps: Sequence[Step], missing: Absent) -> Closure:
    def one(value: Any) -> Any:
        try:
            value = value[first]
        except (KeyError, IndexError, TypeError):
            return missing
        return missing if value is None else value

    def many(value: Any) -> Any:
        try:
            value = value[first]
            for step in others:
                value = value[step]
        except (KeyError, IndexError, TypeError):
            return missing
        return missing if value is None else value

    first, *others = steps
    return many if others else one


def pipeline(expression: Expression, names: Names) -> Closure:
    """An expression's closure; raises Unknown for what it names and there is not."""
    closure = lookup(expression.path, names)
    for call in expression.calls:
        closure = _SPECIAL.get(call.name, _filtered)(closure, call, names)
    return closure


def _filtered(inner: Closure, call: Call, names: Names) -> Closure:
    if (found := FILTERS.get(call.name)) is None:
        raise Unknown(f"there is no filter '{call.name}'", suggestion(call.name, [*FILTERS, *_SPECIAL]))
    _check_arguments(found, call.arguments)
    arguments = [_argument(argument, names) for argument in call.arguments]
    constants = [argument.value for argument in arguments if isinstance(argument, Constant)]
    apply = _fixed(inner, found, constants) if len(constants) == len(arguments) else _open(inner, found, arguments)
    return folded(apply, [inner, *arguments])


def _fixed(inner: Closure, found: Filter, arguments: Sequence[Any]) -> Closure:
    try:
        apply = found.bound(
            [_fitted(*each, found.name) for each in zip(_parameters(found, arguments), arguments, strict=True)]
        )
    except Failure as failure:
        raise Unknown(str(failure)) from None

    def get(scope: Scope) -> Any:
        value = inner(scope)
        return value if type(value) is Absent else apply(value)

    return get


def _open(inner: Closure, found: Filter, arguments: Sequence[Closure]) -> Closure:
    """A filter that takes some of its arguments from the payload."""
    parameters = _parameters(found, arguments)

    def get(scope: Scope) -> Any:
        if type(value := inner(scope)) is Absent:
            return value
        values = [argument(scope) for argument in arguments]
        if absent := next((each for each in values if type(each) is Absent), None):
            return absent
        return found(value, [_fitted(*each, found.name) for each in zip(parameters, values, strict=True)])

    return get


def _check_arguments(found: Filter, arguments: Sequence[Argument]) -> None:
    required = sum(parameter.required for parameter in found.parameters)
    variadic = any(parameter.variadic for parameter in found.parameters)
    if len(arguments) < required or (len(arguments) > len(found.parameters) and not variadic):
        raise Unknown(f"'{found.name}' is called with {len(arguments)} arguments", f"write {found.signature}")
    for parameter, argument in zip(found.parameters, arguments, strict=False):
        if Regex in parameter.types:
            _check_pattern(argument)
        elif isinstance(argument, Literal) and type(argument.value) not in parameter.types and parameter.types:
            raise Unknown(
                f"'{found.name}' takes {kind(parameter.types[0])} as {parameter.name}, not {argument.value!r}"
            )


def _check_pattern(argument: Argument) -> None:
    if not isinstance(argument, Literal) or not isinstance(argument.value, str):
        raise Unknown("a regular expression must be written out, in quotes")
    try:
        compiled(argument.value)
    except ValueError as error:
        raise Unknown(str(error)) from None


def _argument(argument: Argument, names: Names) -> Closure:
    return Constant(argument.value) if isinstance(argument, Literal) else lookup(argument, names)


def _parameters(found: Filter, arguments: Sequence[Any]) -> list[Parameter]:
    """The parameter of each argument: the last one again and again where it is variadic."""
    return [found.parameters[min(index, len(found.parameters) - 1)] for index in range(len(arguments))]


def _fitted(parameter: Parameter, value: Any, name: str) -> Any:
    """An argument as its parameter takes it: a number may stand where text is wanted."""
    if not parameter.types or type(value) in parameter.types or Regex in parameter.types:
        return value
    if type(value) is int and str in parameter.types:
        return str(value)
    raise Failure(f"{name} takes {kind(parameter.types[0])} as {parameter.name}, found {shown(value)}")


def _default(inner: Closure, call: Call, names: Names) -> Closure:
    if len(call.arguments) != 1:
        raise Unknown("'default' takes one argument", "write default(value)")
    fallback = _argument(call.arguments[0], names)

    def get(scope: Scope) -> Any:
        value = inner(scope)
        return fallback(scope) if type(value) is Absent else value

    return folded(get, [inner, fallback])


def _table(inner: Closure, call: Call, names: Names) -> Closure:
    name, table = table_of(call, names)
    otherwise = [each.value for each in call.arguments[1:] if isinstance(each, Literal)]

    def get(scope: Scope) -> Any:
        key = inner(scope)
        if type(key) is Absent:
            return key
        text = key if isinstance(key, str) else _string(key)
        if text in table:
            return table[text]
        if otherwise:
            return otherwise[0]
        raise Failure(f"table {name} has no '{text[:60]}'")

    return folded(get, [inner])


def table_of(call: Call, names: Names) -> tuple[str, Mapping[str, Any]]:
    """The table that `table(name)` or `table(name, otherwise)` looks into; raises Unknown when there is none."""
    match call.arguments:
        case (Path(steps=(str(name),), name=None),) | (Path(steps=(str(name),), name=None), Literal()):
            if (table := names.tables.get(name)) is None:
                raise Unknown(f"there is no table '{name}'", suggestion(name, names.tables))
            return name, table
    raise Unknown("'table' takes a table's name", 'write table(name) or table(name, "otherwise")')


_SPECIAL: Mapping[str, Callable[[Closure, Call, Names], Closure]] = {"default": _default, "table": _table}


def rendered(template: Template, names: Names) -> Closure:
    """A template's closure. One expression alone keeps its value's type; anything else makes text."""
    closures = [Constant(part) if isinstance(part, str) else pipeline(part, names) for part in template]
    if len(closures) == 1:
        return closures[0]

    def join(scope: Scope) -> Any:
        parts = [each(scope) for each in closures]
        if absent := next((part for part in parts if type(part) is Absent), None):
            return absent
        return "".join(map(_text, parts))

    return folded(join, closures)


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise Failure(f"{shown(value)} cannot be part of a text")
