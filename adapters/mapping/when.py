"""A condition outside of any mapping: what a route's `when:` says of an event, in the same words as a mapping's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.mapping import syntax
from adapters.mapping.closures import Names
from adapters.mapping.conditions import Condition, condition
from adapters.mapping.failures import Unknown
from adapters.mapping.scope import GIVEN
from adapters.yamlfile import Finding, Location, suggestion

Members = Mapping[str, Any]
"""The members that a document may have, by name: each again with its members, or None where anything may be."""

_NAMES = Names(GIVEN, {})


def when(source: Mapping[str, Any]) -> Condition:
    """The condition; raises ValueError for what cannot be compiled."""
    return condition(source, _NAMES)


def findings(source: Mapping[str, Any], members: Members | None = None) -> Iterator[Finding]:
    """What is wrong in a condition: where in it, what, and what to write instead.

    With `members`, also each path that leads nowhere in a document that has no others.
    """
    for key, operand in source.items():
        if inner := _inner(key, operand):
            for at, item in inner:
                yield from (((*at, *where), message, hint) for where, message, hint in findings(item, members))
        else:
            yield from _entry(key, operand, members)


def _inner(key: str, operand: Any) -> Sequence[tuple[Location, Mapping[str, Any]]]:
    """The conditions that an entry is made of, and where they are; none where it is a comparison, or wrong."""
    if key == "not" and isinstance(operand, dict):
        return [((key,), operand)]
    if key in ("any", "all") and isinstance(operand, list) and all(isinstance(item, dict) for item in operand):
        return [((key, index), item) for index, item in enumerate(operand)]
    return []


def _entry(key: str, operand: Any, members: Members | None) -> Iterator[Finding]:
    try:
        when({key: operand})
    except Unknown as problem:
        yield (key,), str(problem), problem.hint
    except ValueError as problem:
        yield (key,), str(problem), ""
    else:
        path = syntax.expression(key).path
        yield from _astray(key, path.steps, members if path.name is None else None)


def _astray(key: str, steps: Sequence[syntax.Step], members: Members | None) -> Iterator[Finding]:
    if found := lost(steps, members):
        yield (key,), *found


def lost(steps: Sequence[syntax.Step], members: Members | None) -> tuple[str, str] | None:
    """What is wrong with a path, and what to write instead, if it leads nowhere in a document of these members."""
    for step in steps:
        if members is None:
            return None
        if step not in members:
            hint = suggestion(str(step), members) or (f"there are {', '.join(members)}" if members else "")
            return f"an event has no '{step}' there", hint
        members = members[str(step)]
    return None
