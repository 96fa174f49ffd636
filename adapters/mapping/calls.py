"""Filters called: what can be said of the arguments when a mapping loads, and the call as it is written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeGuard

from adapters.mapping.code import Code, Function, folded
from adapters.mapping.failures import Failure, Unknown, kind, shown
from adapters.mapping.filters import Filter, Parameter
from adapters.mapping.filters.filter import ERRORS
from adapters.mapping.scope import Closure, Constant, never
from adapters.mapping.syntax import Argument, Literal, Path


def filtered(inner: Closure, found: Filter, written: Sequence[Argument], arguments: Sequence[Closure]) -> Closure:
    """The closure of a filter on what another gives; raises Unknown for arguments that it never takes."""
    _check_count(found, len(written))
    for parameter, argument, closure in zip(found.parameters, written, arguments, strict=False):
        _check_argument(found, parameter, argument, closure)
    constants = [argument.value for argument in arguments if _is_known(argument)]
    if len(constants) == len(arguments):
        return folded(_fixed(inner, found, _checked(found, written, constants)), [inner])
    if any(parameter.known for parameter in found.parameters):
        _checked(found, written, [_known_or_empty(found, *each) for each in enumerate(arguments)])
    return _open(inner, found, arguments)


def _check_count(found: Filter, count: int) -> None:
    required = sum(parameter.required for parameter in found.parameters)
    variadic = any(parameter.variadic for parameter in found.parameters)
    if count < required or (count > len(found.parameters) and not variadic):
        raise Unknown(f"'{found.name}' is called with {count} arguments", f"write {found.signature}")


def _check_argument(found: Filter, parameter: Parameter, argument: Argument, closure: Closure) -> None:
    if parameter.known and not _is_known(closure):
        message = f"'{found.name}' needs its {parameter.name} when the mapping loads"
        raise Unknown(message, "a text in quotes, or a variable")
    if isinstance(argument, Literal) and parameter.types and type(argument.value) not in parameter.types:
        raise Unknown(f"'{found.name}' takes {kind(parameter.types[0])} as {parameter.name}, not {argument.value!r}")
    if parameter.check is not None and _is_known(closure):
        _check_value(found, parameter.check, argument, closure.value)


def _check_value(found: Filter, check: Callable[[Any], object], argument: Argument, value: Any) -> None:
    try:
        check(value)
    except ERRORS as error:
        name = f"{argument}: " if isinstance(argument, Path) else ""
        raise Unknown(f"{name}{found.name}: {error}") from None


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


def _known_or_empty(found: Filter, index: int, argument: Closure) -> Any:
    """An argument's value; where it is not known yet, an empty one of its kind."""
    types = _parameter(found, index).types
    return argument.value if _is_known(argument) else types[0]()


def _is_known(argument: Closure) -> TypeGuard[Constant]:
    """Whether an argument is there when the mapping loads: what never is, is missing of each record."""
    return isinstance(argument, Constant) and not never(argument)


def _fixed(inner: Closure, found: Filter, arguments: Sequence[Any]) -> Code:
    """A filter whose arguments are known when the mapping loads: it is called in the rule's own function."""

    def write(function: Function) -> str:
        value = function.value(inner)
        if found.prepared:
            called = f"{function.bind(found.prepared(*arguments))}({value})"
        else:
            called = f"{function.bind(found.function)}({', '.join([value, *map(function.bind, arguments)])})"
        made = function.assign(_made(value, found, called, function), found.name)
        return made if found.may_miss or function.may_miss(value) else function.present(made)

    return Code(write)


def _made(value: str, found: Filter, called: str, function: Function) -> str:
    """An expression: what a filter that is called makes of a value that is there and that it takes."""
    if not found.accepts:
        return function.unless_absent([value], called)
    refused = function.unless_absent([value], f"{function.bind(found.refuse)}({value})")
    made = f"{called} if {_is_of(value, found.accepts, function)} else {refused}"
    return f"{value} if {_is_of(value, found.keeps, function)} else {made}" if found.keeps else made


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
            fitted = [_fitting(found, *each, function) for each in enumerate(others)]
            called = f"{function.bind(found.function)}({', '.join([value, *fitted])})"
            if found.accepts:
                called += f" if {_is_of(value, found.accepts, function)} else {function.bind(found.refuse)}({value})"
            function.write(f"{value} = {function.unless_absent(others, called)}", found.name)
        return value

    return Code(write)


def _fitting(found: Filter, index: int, value: str, function: Function) -> str:
    """An expression: an argument as the parameter takes it."""
    parameter = _parameter(found, index)
    if not parameter.types:
        return value
    fits = function.bind(partial(_fits, parameter, name=found.name))
    return f"{value} if {_is_of(value, parameter.types, function)} else {fits}({value})"


def _parameter(found: Filter, index: int) -> Parameter:
    """The parameter that takes an argument: the last one's takes them again and again where it is variadic."""
    return found.parameters[min(index, len(found.parameters) - 1)]


def _fitted(found: Filter, arguments: Sequence[Any]) -> list[Any]:
    """Arguments as a filter's parameters take them."""
    return [_fits(_parameter(found, index), value, found.name) for index, value in enumerate(arguments)]


def _fits(parameter: Parameter, value: Any, name: str) -> Any:
    """An argument as its parameter takes it: a number may stand where text is wanted."""
    if not parameter.types or type(value) in parameter.types:
        return value
    if type(value) is int and str in parameter.types:
        return str(value)
    raise Failure(f"{name} takes {kind(parameter.types[0])} as {parameter.name}, found {shown(value)}")
