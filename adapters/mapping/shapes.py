"""What is known of an object before it is made: the members that it may have, through the structures that it is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from adapters.mapping.structures import is_structured
from adapters.yamlfile import Location


class Shape(NamedTuple):
    """Every member that an object may have, as it is written, and where; and the names of which it surely has one.

    `sure` is None where not all of it is known: a template may have any members.
    """

    members: Sequence[tuple[str, Any, Location]]
    sure: frozenset[str] | None


_ANYTHING = Shape((), None)


def branches(node: Any, at: Location) -> Iterator[tuple[Any, Location]]:
    """What a value may come to by its `$if`s: each as it is written, and where."""
    if not isinstance(node, dict) or "$if" not in node:
        yield node, at
        return
    for branch in ("then", "else"):
        if branch in node:
            yield from branches(node[branch], (*at, branch))


def shape(node: Any, at: Location) -> Shape:
    """The shape of what is written at a place."""
    if not isinstance(node, dict):
        return _ANYTHING
    if "$if" in node:
        return _combined([shape(*branch) for branch in branches(node, at)], frozenset.intersection)
    if isinstance(parts := node.get("$merge"), list):
        return _combined([_part(part, (*at, "$merge", index)) for index, part in enumerate(parts)], frozenset.union)
    if is_structured(node):
        return _ANYTHING
    members = [(key, value, (*at, key)) for key, value in node.items()]
    return Shape(members, frozenset(key.removesuffix("?") for key in node))


def _part(node: Any, at: Location) -> Shape:
    """What an object adds that may be left out: of its members, none for sure."""
    if isinstance(node, dict) and "$optional" in node:
        return Shape(shape(node["$optional"], (*at, "$optional")).members, frozenset())
    return shape(node, at)


def _combined(shapes: Sequence[Shape], combine: Callable[..., frozenset[str]]) -> Shape:
    members = [member for each in shapes for member in each.members]
    sures = [each.sure for each in shapes if each.sure is not None]
    return Shape(members, combine(*sures) if shapes and len(sures) == len(shapes) else None)
