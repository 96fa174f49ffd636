"""Targets compiled: an object, list or template of a mapping file, to a closure that makes the value.

A key that ends in `?` is left out where anything in its value is missing, or it is empty. Anything else that is
missing is a Failure, at its place in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from adapters.errors import Problem
from adapters.mapping import syntax
from adapters.mapping.closures import Names, Unknown, pipeline, rendered
from adapters.mapping.failures import Absent, Failure, shown
from adapters.mapping.scope import Closure, Constant, Scope, folded
from adapters.yamlfile import Location, YamlFile

Made = TypeVar("Made")
_NOTHING: Closure = Constant("")
_EMPTY: tuple[Any, ...] = ("", [], {})


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
        return _required(self.optional(node, at), self.file.where(at))

    def optional(self, node: Any, at: Location) -> Closure:
        """A target that is Absent where nothing is there."""
        if isinstance(node, dict):
            return self._object(node, at)
        if isinstance(node, list):
            return _list([self.optional(item, (*at, index)) for index, item in enumerate(node)])
        return self._template(node, at) if isinstance(node, str) else Constant(node)

    def _template(self, text: str, at: Location) -> Closure:
        return self.attempt(at, lambda: rendered(syntax.template(text), self.names), _NOTHING)

    def _object(self, node: dict[str, Any], at: Location) -> Closure:
        members = []
        for key, value in node.items():
            optional = key.endswith("?")
            get = self.optional(value, (*at, key))
            members.append((key.removesuffix("?"), get, optional, self.file.where((*at, key))))
        return folded(_object(members), [get for _, get, _, _ in members])


def _object(members: Sequence[tuple[str, Closure, bool, str]]) -> Closure:
    def get(scope: Scope) -> Any:
        result = {}
        for key, member, optional, where in members:
            try:
                value = member(scope)
            except Failure as failure:
                failure.where = failure.where or where
                raise
            if type(value) is Absent:
                if not optional:
                    return Absent(value.reason, value.where or where)
            elif value or not optional or value not in _EMPTY:
                result[key] = value
        return result

    return get


def _list(items: Sequence[Closure]) -> Closure:
    def get(scope: Scope) -> Any:
        values = [item(scope) for item in items]
        return next((value for value in values if type(value) is Absent), values)

    return get


def _texts(get: Closure, where: str) -> Closure:
    """Text as it is, a whole number as text (7 and "7" are one key), anything else a Failure."""

    def text(scope: Scope) -> Any:
        value = get(scope)
        if (type(value) is str and value) or type(value) is Absent:
            return value
        if type(value) is int:
            return str(value)
        raise Failure(f"{shown(value)} cannot be part of an id", where)

    return folded(text, [get])


def _required(get: Closure, where: str) -> Closure:
    """Makes what is missing a Failure, and tells any Failure where it happened: the innermost place counts."""

    def required(scope: Scope) -> Any:
        try:
            value = get(scope)
        except Failure as failure:
            failure.where = failure.where or where
            raise
        if type(value) is Absent:
            raise Failure(value.reason, value.where or where)
        return value

    return required
