"""What targets are made of: closures that make objects, lists and choices of the closures of their parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from adapters.mapping.code import Code, Function, called, folded
from adapters.mapping.conditions import Condition
from adapters.mapping.failures import Failure
from adapters.mapping.needs import object_only
from adapters.mapping.scope import Closure, Constant, Scope, each_of, never
from adapters.mapping.syntax import ALL

_IS_THERE = "type({0}) is not Absent"
_IS_NOT_EMPTY = "({0} or {0} not in ('', [], {{}}))"


class Part(NamedTuple):
    """A member's value, or an item of a list, at its place: `optional` if it is left out where missing or empty."""

    value: Closure
    optional: bool
    where: str

    @property
    def never(self) -> bool:
        """Whether it is known when the mapping loads that it is left out."""
        return self.optional and never(self.value)

    def written(self, function: Function, statement: str, *others: str) -> None:
        """Writes what to do with the value, the statement's `{}`; of an optional one, if it and `others` are there."""
        value = function.value(self.value)
        tests = [_IS_THERE.format(each) for each in (value, *others) if function.may_miss(each)]
        tests.append(_IS_NOT_EMPTY.format(value))
        function.write((f"if {' and '.join(tests)}: " if self.optional else "") + statement.format(value))


class Member(NamedTuple):
    """One member of an object; its name is made as values are."""

    name: Closure
    part: Part


def object_of(members: Iterable[Member]) -> Closure:
    """An object. Where names are not known when the mapping loads, two that come out the same are a Failure."""
    members = [member for member in members if not (member.part.never or (member.part.optional and never(member.name)))]
    known = all(isinstance(member.name, Constant) for member in members)

    def write(function: Function) -> str:
        result = function.present(function.assign("{}"))
        for name, part in members:
            with function.at(part.where):
                if known:
                    part.written(function, f"{result}[{_escaped(name)}] = {{}}")
                else:
                    made = function.value(name)
                    part.written(function, f"{function.bind(_put)}({result}, {made}, {{}})", made)
        return result

    return folded(Code(write), [closure for name, part in members for closure in (name, part.value)])


def _escaped(name: Closure) -> str:
    """A name that is known, as Python writes it."""
    return ascii(name({})).replace("{", "{{").replace("}", "}}")


def _put(members: dict[str, Any], name: str, value: Any) -> None:
    if name in members:
        raise Failure(f"there are two members '{name[:60]}'")
    members[name] = value


def list_of(items: Iterable[Part]) -> Closure:
    """A list of those items that are there."""
    return _gathered(items, "[]", "append")


def merged_of(objects: Iterable[Part]) -> Closure:
    """An object of the members of those that are there; of members of one name, the last one's."""
    return _gathered([part._replace(value=object_only(part.value, part.where)) for part in objects], "{}", "update")


def _gathered(parts: Iterable[Part], nothing: str, method: str) -> Closure:
    parts = [part for part in parts if not part.never]

    def write(function: Function) -> str:
        result = function.present(function.assign(nothing))
        for part in parts:
            with function.at(part.where):
                part.written(function, f"{result}.{method}({{}})")
        return result

    return folded(Code(write), [part.value for part in parts])


def either(when: Condition, then: Closure, otherwise: Closure, where: str) -> Closure:
    """One of two values, by a condition at a place; only that one is made."""
    if when.known is not None:
        return then if when.known else otherwise

    def write(function: Function) -> str:
        with function.at(where):
            holds, result = function.value(when.holds), function.variable()
        for head, chosen in ((f"if {holds}:", then), ("else:", otherwise)):
            with function.block(head):
                function.write(f"{result} = {function.value(chosen)}")
        return result

    return Code(write)


def each_made(each: Closure, name: str, when: Condition, part: Part) -> Closure:
    """A list of what is made for each item for which a condition holds; Absent where there are no items to look at."""
    holds, make = called(when.holds), called(list_of([part]))

    def gather(outside: Scope, found: Any) -> list[Any]:
        return [made for scope in each_of(outside, name, found) if holds(scope) for made in make(scope)]

    def write(function: Function) -> str:
        found = function.value(each)
        function.reads.add(ALL)
        return function.made_of([found], f"{function.bind(gather)}(scope, {found})")

    return Code(write)
