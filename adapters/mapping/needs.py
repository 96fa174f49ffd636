"""What is missing or of another kind than is needed: left to be told, caught, or made a failure at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from adapters.mapping.code import Code, Function, folded
from adapters.mapping.failures import Absent, Failure, shown
from adapters.mapping.scope import Closure, Constant


def placed(get: Closure, where: str) -> Closure:
    """The closure, whose failures are at a place, unless they know a nearer one."""

    def write(function: Function) -> str:
        with function.at(where):
            return function.value(get)

    return get if isinstance(get, Constant) else Code(write)


def caught(closure: Closure) -> Closure:
    """Absent where something that it needs is missing."""

    def write(function: Function) -> str:
        value = function.variable()
        with function.block("try:"):
            function.write(f"{value} = {function.value(closure)}")
        with function.block("except Missing as missing:"):
            function.write("explained(missing)")
            function.write(f"{value} = Absent(str(missing), missing.where)")
        return value

    return closure if isinstance(closure, Constant) else Code(write)


def needed(get: Closure, where: str) -> Closure:
    """Makes what is missing a Failure, and tells any Failure where it happened: the innermost place counts."""

    def write(function: Function) -> str:
        with function.at(where):
            value = function.value(get)
            if function.may_miss(value):
                function.write(f"if type({value}) is Absent: raise Missing({value}.reason, {value}.where)")
        return function.present(value)

    return get if isinstance(get, Constant) and type(get.value) is not Absent else Code(write)


def key_text(get: Closure, where: str) -> Closure:
    """Text as it is, a whole number as text (7 and "7" are one key), Absent, or else a Failure."""
    return _text(get, where, _key_text)


def text_only(get: Closure, where: str, what: str) -> Closure:
    """Text that is not empty, Absent, or else a Failure that says `what` it cannot be."""

    def refused(value: Any) -> NoReturn:
        raise Failure(f"{shown(value)} cannot be {what}")

    return _text(get, where, refused)


def _text(get: Closure, where: str, otherwise: Callable[[Any], Any]) -> Closure:
    def write(function: Function) -> str:
        value = function.value(get)
        with function.at(where):
            other = f"{function.bind(otherwise)}({value})"
            kept = f"{value} and type({value}) is str"
            kept = f"({kept}) or type({value}) is Absent" if function.may_miss(value) else kept
            made = function.assign(f"{value} if {kept} else {other}")
        return made if function.may_miss(value) else function.present(made)

    return folded(Code(write), [get])


def _key_text(value: Any) -> str:
    if type(value) is int:
        return str(value)
    raise Failure(f"{shown(value)} cannot be part of an id")


def object_only(get: Closure, where: str) -> Closure:
    """A value that is an object, or Absent; anything else is a Failure."""

    def write(function: Function) -> str:
        value = function.value(get)
        with function.at(where):
            return function.assign(f"{value} if type({value}) is dict else {function.bind(_no_object)}({value})")

    return folded(Code(write), [get])


def _no_object(value: Any) -> Any:
    if type(value) is Absent:
        return value
    raise Failure(f"this is to be an object, found {shown(value)}")
