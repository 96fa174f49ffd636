"""Expressions and templates compiled, once, to plain closures over a scope.

A scope is the notification's document, with what is not the payload's beside it under keys that no payload has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.mapping.failures import Failure, Missing, kind, shown
from adapters.mapping.filters import FILTERS, Filter, Parameter, Regex
from adapters.mapping.patterns import compiled
from adapters.mapping.syntax import Argument, Call, Expression, Literal, Path, Step, Template
from adapters.yamlfile import suggestion

Scope = Mapping[Any, Any]
Closure = Callable[[Scope], Any]


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


def slot(name: str) -> str:
    """The scope's key of a `$name` that is only known when a notification arrives."""
    return f"\0{name}"


def constant(value: Any) -> Closure:
    """A closure that does not look."""
    return lambda _: value


def lookup(path: Path, names: Names) -> Closure:
    """A path's closure, raising Missing where it leads nowhere. Raises Unknown for a `$name` that is not defined."""
    text = str(path)
    if path.name is None:
        return _walk(path.steps, text)
    if (start := names.values.get(path.name)) is None:
        raise Unknown(f"${path.name} is not defined", suggestion(path.name, names.values))
    if not path.steps:
        return start
    onward = _walk(path.steps, text)
    return lambda scope: onward(start(scope))


def _walk(steps: Sequence[Step], text: str) -> Closure:
    def one(value: Any) -> Any:
        try:
            value = value[first]
        except (KeyError, IndexError, TypeError):
            value = None
        if value is None:
            raise Missing(f"{text} is missing")
        return value

    def many(value: Any) -> Any:
        try:
            value = value[first]
            for step in others:
                value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
        if value is None:
            raise Missing(f"{text} is missing")
        return value

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
    if all(isinstance(argument, Literal) for argument in call.arguments):
        apply = found.bound([argument.value for argument in call.arguments if isinstance(argument, Literal)])
        return lambda scope: apply(inner(scope))
    pairs = zip(_parameters(found, len(call.arguments)), call.arguments, strict=True)
    arguments = [(parameter, _argument(argument, names)) for parameter, argument in pairs]
    return lambda scope: found(inner(scope), [_fitted(each, get(scope), found.name) for each, get in arguments])


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
    return constant(argument.value) if isinstance(argument, Literal) else lookup(argument, names)


def _parameters(found: Filter, count: int) -> list[Parameter]:
    """The parameter of each of `count` arguments: the last one again and again where it is variadic."""
    return [found.parameters[min(index, len(found.parameters) - 1)] for index in range(count)]


def _fitted(parameter: Parameter, value: Any, name: str) -> Any:
    """An argument from the payload, as its parameter takes it: a number may stand where text is wanted."""
    if not parameter.types or type(value) in parameter.types:
        return value
    if type(value) is int and str in parameter.types:
        return str(value)
    raise Failure(f"{name} takes {kind(parameter.types[0])} as {parameter.name}, found {shown(value)}")


def _default(inner: Closure, call: Call, names: Names) -> Closure:
    if len(call.arguments) != 1:
        raise Unknown("'default' takes one argument", "write default(value)")
    fallback = _argument(call.arguments[0], names)

    def get(scope: Scope) -> Any:
        try:
            return inner(scope)
        except Missing:
            return fallback(scope)

    return get


def _table(inner: Closure, call: Call, names: Names) -> Closure:
    name, table = table_of(call, names)
    otherwise = [each.value for each in call.arguments[1:] if isinstance(each, Literal)]

    def get(scope: Scope) -> Any:
        key = inner(scope)
        text = key if isinstance(key, str) else FILTERS["string"](key, ())
        if text in table:
            return table[text]
        if otherwise:
            return otherwise[0]
        raise Failure(f"table {name} has no '{text[:60]}'")

    return get


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
    closures = [constant(part) if isinstance(part, str) else pipeline(part, names) for part in template]
    if len(template) == 1:
        return closures[0]
    return lambda scope: "".join([_text(each(scope)) for each in closures])


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise Failure(f"{shown(value)} cannot be part of a text")
