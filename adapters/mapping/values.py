"""Targets compiled: an object, list or template of a mapping file, to the closure that makes the value.

A key that ends in `?` is left out where anything in its value is missing, or it is empty. Anything else that is
missing is a Failure, at its place in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from adapters.errors import Problem
from adapters.mapping import syntax
from adapters.mapping.closures import Names, Unknown, pipeline, rendered
from adapters.mapping.code import Code, Function, called, folded
from adapters.mapping.failures import Absent, Failure, Missing, shown
from adapters.mapping.scope import Closure, Constant, Scope, never
from adapters.yamlfile import Location, YamlFile

Made = TypeVar("Made")
_NOTHING: Closure = Constant("")
_THERE = "if type({0}) is not Absent and ({0} or {0} not in ('', [], {{}})): "


class Values:
    """Compiles the values of one file, and gathers every problem that it meets."""

    def __init__(self, file: YamlFile, names: Names) -> None:
        self.file = file
        self.names = names
        self.problems: list[Problem] = []

    def report(self, at: Location, message: str, hint: str = "") -> None:
        """Notes a problem at a place of the file."""
        self.problems.append(self.file.problem(at, message, hint))

    def attempt(self, at: Location, make: Callable[[], Made], otherwise: Made) -> Made:
        """What `make` makes, or, with the problem noted, `otherwise`."""
        try:
            return make()
        except Unknown as error:
            self.report(at, str(error), error.hint)
        except ValueError as error:
            self.report(at, str(error))
        return otherwise

    def name(self, template: str, at: Location) -> Closure:
        """A template that names something: its value is text, or a Failure."""
        return _required(_texts(self._template(template, at), self.file.where(at)), self.file.where(at))

    def key_part(self, text: str, at: Location) -> Closure:
        """An expression of a natural key: its value is text, or a Failure."""
        return _required(_texts(self.expression(text, at), self.file.where(at)), self.file.where(at))

    def optional_key_part(self, text: str, at: Location) -> Closure:
        """The same, but what is missing is Absent."""
        return _texts(self.expression(text, at), self.file.where(at))

    def expression(self, text: str, at: Location) -> Closure:
        """A bare expression, or a template where there is a `${` in it. It is Absent where nothing is there."""
        if "${" in text:
            return self._template(text, at)
        return self.attempt(at, lambda: pipeline(syntax.expression(text), self.names), _NOTHING)

    def required(self, node: Any, at: Location) -> Closure:
        """A target whose value must be there."""
        if isinstance(node, dict):
            return self._object(node, at)
        if isinstance(node, list):
            return _list([self.required(item, (*at, index)) for index, item in enumerate(node)])
        return _required(self.optional(node, at), self.file.where(at))

    def optional(self, node: Any, at: Location) -> Closure:
        """A target that is Absent where nothing is there."""
        if isinstance(node, dict) and all(key.endswith("?") for key in node):
            return self._object(node, at)
        if isinstance(node, (dict, list)):
            return _caught(self.required(node, at))
        return self._template(node, at) if isinstance(node, str) else Constant(node)

    def _template(self, text: str, at: Location) -> Closure:
        return self.attempt(at, lambda: rendered(syntax.template(text), self.names), _NOTHING)

    def _object(self, node: dict[str, Any], at: Location) -> Closure:
        return _object([self._member(key, value, (*at, key)) for key, value in node.items()])

    def _member(self, key: str, value: Any, at: Location) -> _Member:
        optional = key.endswith("?")
        get = self.optional(value, at) if optional else self.required(value, at)
        return _Member(key.removesuffix("?"), get, optional, self.file.where(at))


class _Member(NamedTuple):
    """One member of an object: `optional` if it is left out where it is missing or empty."""

    key: str
    value: Closure
    optional: bool
    where: str


def _object(members: Sequence[_Member]) -> Closure:
    members = [member for member in members if not (member.optional and never(member.value))]

    def write(function: Function) -> str:
        result = function.assign("{}")
        for member in members:
            with function.at(member.where):
                value = function.value(member.value)
            condition = _THERE.format(value) if member.optional else ""
            function.write(f"{condition}{result}[{member.key!a}] = {value}")
        return result

    return folded(Code(write), [member.value for member in members])


def _list(items: Sequence[Closure]) -> Closure:
    def write(function: Function) -> str:
        return function.assign(f"[{', '.join(map(function.value, items))}]")

    return folded(Code(write), items)


def _caught(closure: Closure) -> Closure:
    """Absent where something that it needs is missing."""
    if isinstance(closure, Constant):
        return closure
    get = called(closure)

    def caught(scope: Scope) -> Any:
        try:
            return get(scope)
        except Missing as missing:
            return Absent(str(missing), missing.where)

    return caught


def _texts(get: Closure, where: str) -> Closure:
    """Text as it is, a whole number as text (7 and "7" are one key), anything else a Failure."""

    def write(function: Function) -> str:
        value = function.value(get)
        with function.at(where):
            return function.assign(f"{value} if {value} and type({value}) is str else {function.bind(_text)}({value})")

    return folded(Code(write), [get])


def _text(value: Any) -> Any:
    if type(value) is Absent:
        return value
    if type(value) is int:
        return str(value)
    raise Failure(f"{shown(value)} cannot be part of an id")


def _required(get: Closure, where: str) -> Closure:
    """Makes what is missing a Failure, and tells any Failure where it happened: the innermost place counts."""

    def write(function: Function) -> str:
        with function.at(where):
            value = function.value(get)
            function.write(f"if type({value}) is Absent: raise Missing({value}.reason, {value}.where)")
        return value

    return get if isinstance(get, Constant) and type(get.value) is not Absent else Code(write)
