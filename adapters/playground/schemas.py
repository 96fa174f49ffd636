"""What the JSON Schema of mappings allows at a spot of a text that is being written, so that it may be none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from adapters.mapping.schema import export_schema, schema
from adapters.playground.outline import EMPTY, ITEM, Level

Schema = Mapping[str, Any]


@cache
def whole(*, export: bool) -> Schema:
    """The schema of a whole mapping, or of an export mapping."""
    return export_schema() if export else schema()


def allowed(root: Schema, levels: Sequence[Level]) -> list[Schema]:
    """The schemas that hold for the object or list at the end of some levels of a root, each without references."""
    found = [*applying(root, root, levels[0])]
    for level, below in pairwise(levels):
        found = [each for node in found for child in member(node, level.step) for each in applying(root, child, below)]
    return found


def member(node: Schema, key: str) -> Iterator[Schema]:
    """The schemas of a member of an object, or of the items of a list."""
    if key == ITEM:
        yield from filter(None, [node.get("items")])
    elif key in (properties := node.get("properties", {})):
        yield properties[key]
    else:
        patterns = node.get("patternProperties", {}).items()
        yield from (child for pattern, child in patterns if re.search(pattern, key))
        if isinstance(other := node.get("additionalProperties"), Mapping):
            yield other


def applying(root: Schema, node: Schema, level: Level = EMPTY) -> Iterator[Schema]:
    """A schema, and those that it is made of, as far as they hold for an object with such members."""
    yield node
    if reference := node.get("$ref"):
        yield from applying(root, root["$defs"][reference.rpartition("/")[2]], level)
    for part in (*node.get("allOf", ()), *node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from applying(root, part, level)
    if condition := node.get("if"):
        yield from applying(root, node.get("then" if _holds(condition, level) else "else", {}), level)


def _holds(condition: Schema, level: Level) -> bool:
    """Whether the members that a condition asks for are there, with the values that it wants."""
    wanted = {name: each["const"] for name, each in condition.get("properties", {}).items() if "const" in each}
    return all(name in level.written for name in condition.get("required", ())) and all(
        level.written.get(name) == value for name, value in wanted.items()
    )
