"""Targets compiled: an object, list or template of a mapping file, to the closure that makes the value.

A key that ends in `?` is left out where anything in its value is missing, or it is empty. Anything else that is
missing is a Failure, at its place in the file. Where a value may stand, a structured one may (see `structures`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from adapters.cdevents.ids import id_problem
from adapters.errors import ConfigError, Problem
from adapters.mapping import syntax
from adapters.mapping.closures import Names, pipeline, rendered
from adapters.mapping.conditions import Condition, condition
from adapters.mapping.failures import Absent, Failure, Unknown
from adapters.mapping.needs import caught, key_text, needed, object_only, placed, text_only
from adapters.mapping.scope import Closure, Constant, Scope
from adapters.mapping.structures import STRUCTURES, Choice, Each, Merge, Optional, is_structured, is_word
from adapters.mapping.targets import Member, Part, each_made, either, list_of, merged_of, object_of
from adapters.settings import Settings
from adapters.yamlfile import Location, YamlFile, suggestion

Made = TypeVar("Made")
Make = Callable[[Any, Location], Closure]
_NOTHING: Closure = Constant("")
_NO_ELSE = Constant(Absent("the condition of $if does not hold, and there is no else"))
_NULL = Constant(Absent("what $if chooses is null"))
_NEVER = Condition(lambda _: False, lambda _: "it does not compile")


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

    def name(self, node: Any, at: Location) -> Closure:
        """A target that names something: its value is text, or a Failure."""
        where = self.file.where(at)
        return needed(key_text(self.optional(node, at), where), where)

    def identity(self, node: Any, at: Location) -> Closure:
        """A target that is a `context.id` of another tool's making: its value is text that can be one, or a Failure."""
        where, name = self.file.where(at), self.name(node, at)

        def identity(scope: Scope) -> str:
            found: str = name(scope)
            if problem := id_problem(found):
                raise Failure(problem, where)
            return found

        return identity

    def key_part(self, text: str, at: Location) -> Closure:
        """An expression of a natural key: its value is text, or a Failure."""
        return needed(self.optional_key_part(text, at), self.file.where(at))

    def optional_key_part(self, text: str, at: Location) -> Closure:
        """The same, but what is missing is Absent."""
        return key_text(self.expression(text, at), self.file.where(at))

    def expression(self, text: str, at: Location) -> Closure:
        """A bare expression, or a template where there is a `${` in it. It is Absent where nothing is there."""
        if "${" in text:
            return self._template(text, at)
        return self.attempt(at, lambda: pipeline(syntax.expression(text), self.names), _NOTHING)

    def condition(self, when: Mapping[str, Any], at: Location) -> Condition:
        """A condition; one that never holds, with the problem of each entry noted, where it does not compile."""
        entries = [
            self.attempt((*at, key), partial(condition, {key: operand}, self.names), None)
            for key, operand in when.items()
        ]
        return condition(when, self.names) if all(entries) else _NEVER

    def members(self, node: dict[str, Any], at: Location) -> Closure:
        """A target whose value must be there, and an object."""
        made = self.required(node, at)
        return object_only(made, self.file.where(at)) if is_structured(node) else made

    def required(self, node: Any, at: Location) -> Closure:
        """A target whose value must be there."""
        where = self.file.where(at)
        if isinstance(node, dict):
            made = self._of_dict(node, at, self.required)
            return needed(made, where) if is_structured(node) else made
        if isinstance(node, list):
            return list_of(self._parts(node, at))
        return needed(self.optional(node, at), where)

    def optional(self, node: Any, at: Location) -> Closure:
        """A target that is Absent where nothing is there."""
        if isinstance(node, dict) and ("$if" in node or all(key.endswith("?") for key in node)):
            return self._of_dict(node, at, self.optional)
        if isinstance(node, (dict, list)):
            return caught(self.required(node, at))
        return self._template(node, at) if isinstance(node, str) else Constant(node)

    def _of_dict(self, node: dict[str, Any], at: Location, make: Make) -> Closure:
        if not is_structured(node):
            return object_of([self._member(key, value, (*at, key)) for key, value in node.items()])
        match self._structure(node, at):
            case Choice() as choice:
                return self._choice(choice, at, make)
            case Each() as each:
                return self._each(each, at)
            case Merge() as merge:
                return merged_of(self._parts(merge.merge, (*at, "$merge")))
            case Optional():
                self.report(at, "'$optional' is for an item of a list", "the name of an optional member ends in '?'")
        return _NOTHING

    def _structure(self, node: dict[str, Any], at: Location) -> Settings | None:
        """What is written in place of a value, or, with the problems noted, None."""
        word = next(filter(is_word, node))
        if (model := STRUCTURES.get(word)) is None:
            hint = suggestion(word, STRUCTURES) or f"a member of this name is written '${word}'"
            self.report((*at, word), f"there is no '{word}'", hint)
            return None
        try:
            return self.file.validate(model, at)
        except ConfigError as error:
            self.problems.extend(error.problems)
            return None

    def _choice(self, choice: Choice, at: Location, make: Make) -> Closure:
        def branch(node: Any, at: Location) -> Closure:
            return _NULL if node is None else placed(make(node, at), self.file.where(at))

        when = self.condition(choice.if_, (*at, "$if"))
        then = branch(choice.then, (*at, "then"))
        otherwise = branch(choice.else_, (*at, "else")) if "else_" in choice.model_fields_set else _NO_ELSE
        return either(when, then, otherwise, self.file.where((*at, "$if")))

    def _each(self, each: Each, at: Location) -> Closure:
        found = self.expression(each.each, (*at, "$each"))
        when = self.condition(each.when, (*at, "when"))
        return each_made(found, each.as_, when, self._part(each.value, (*at, "value")))

    def _parts(self, nodes: Sequence[Any], at: Location) -> list[Part]:
        return [self._part(node, (*at, index)) for index, node in enumerate(nodes)]

    def _part(self, node: Any, at: Location) -> Part:
        if isinstance(node, dict) and "$optional" in node and isinstance(found := self._structure(node, at), Optional):
            inner: Location = (*at, "$optional")
            return Part(self.optional(found.optional, inner), True, self.file.where(inner))
        return Part(self.required(node, at), False, self.file.where(at))

    def _member(self, key: str, value: Any, at: Location) -> Member:
        optional, where = key.endswith("?"), self.file.where(at)
        made = self.optional(value, at) if optional else self.required(value, at)
        return Member(self._member_name(key.removesuffix("?"), at, optional=optional), Part(made, optional, where))

    def _member_name(self, key: str, at: Location, *, optional: bool) -> Closure:
        """A name that is written out, `$$` for `$` at its beginning; or made, and then it is text, and not empty."""
        if "${" not in key:
            return Constant(key.removeprefix("$") if key.startswith("$$") else key)
        where = self.file.where(at)
        name = text_only(self._template(key, at), where, "a member's name")
        return name if optional else needed(name, where)

    def _template(self, text: str, at: Location) -> Closure:
        return self.attempt(at, lambda: rendered(syntax.template(text), self.names), _NOTHING)
