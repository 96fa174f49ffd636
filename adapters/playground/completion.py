"""What may be written at a place of a mapping: keys and values by its JSON Schema, events, filters and names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from adapters.mapping.filters import FILTERS
from adapters.playground.outline import ITEM, Spot, defined, spot
from adapters.playground.schemas import Schema, allowed, applying, member, whole

_BUILT_IN = ("instance", "received_at", "headers", "body", "body_digest", "images", "envelope")
_OTHERS = {"table": "table(name): what a table has for a value", "default": "default(value): where it is missing"}
_EXPRESSION = "A path and filters"
"""How the schema describes what is an expression without braces."""

_CONDITIONS = ("when", "ignore")
_FILTER, _TABLE, _NAME = (
    re.compile(r"\|\s*\w*$"),
    re.compile(r"\|\s*table\(\s*[\"']?[\w-]*$"),
    re.compile(r"\$[A-Za-z_]\w*$|\$$"),
)


class Word(NamedTuple):
    """Something that may be written: what it is (`key`, `value`, `event`, `filter` or `name`), and what it means."""

    text: str
    kind: str
    about: str = ""


def words(
    text: str, row: int, column: int, *, export: bool = False, given: Iterable[tuple[str, str]] = ()
) -> list[Word]:
    """What may be written at a row and column of a mapping, or of an export mapping, both from 0, each once.

    `given` are the paths to what is in an input.
    """
    at, root = spot(text, row, column), whole(export=export)
    found = [Word(path, "path", about) for path, about in given]
    if (inner := _expression(root, at)) is not None:
        return [*_in_expression(inner, text, found)]
    if at.key is None:
        conditions = next(_steps(at), "") in _CONDITIONS
        return [*dict.fromkeys((*_keys(root, at), *(found if conditions else ())))]
    return [*dict.fromkeys(_values(root, at, text))]


def _expression(root: Schema, at: Spot) -> str | None:
    """The expression that is being written, up to the cursor; None where none is."""
    before, opened = at.before, at.before.rfind("${")
    if opened >= 0 and "}" not in before[opened:]:
        return before[opened + 2 :]
    described = (each.get("description", "") for node in _here(root, at) for each in applying(root, node))
    return before if any(each.startswith(_EXPRESSION) for each in described) else None


def _here(root: Schema, at: Spot) -> list[Schema]:
    """The schemas of the value that is being written; none where it is a key."""
    found = allowed(root, at.levels)
    if at.key is None:
        return found if at.levels[-2:-1] and at.levels[-2].step == ITEM else []
    return [child for node in found for child in member(node, at.key)]


def _steps(at: Spot) -> Iterator[str]:
    """The keys that a spot is in, from the innermost."""
    return (level.step for level in reversed(at.levels) if level.step not in ("", ITEM))


def _in_expression(inner: str, text: str, given: Sequence[Word]) -> Iterator[Word]:
    if _TABLE.search(inner):
        yield from (Word(name, "name", "table") for kind in ("tables", "lookups") for name in defined(text, kind))
    elif _FILTER.search(inner):
        yield from (Word(name, "filter", about) for name, about in _OTHERS.items())
        yield from (
            Word(name, "filter", f"{each.signature}: {_first(each.function.__doc__)}") for name, each in FILTERS.items()
        )
    elif _NAME.search(inner):
        yield from (Word(f"${name}", "name", kind) for kind in ("variables", "let") for name in defined(text, kind))
        yield from (Word(f"${name}", "name", "always there") for name in _BUILT_IN)
    else:
        yield from given


def _keys(root: Schema, at: Spot) -> Iterator[Word]:
    """The keys that an object may have and has not."""
    written = {name.removesuffix("?") for name in at.levels[-1].written}
    for node in allowed(root, at.levels):
        properties: Mapping[str, Schema] = node.get("properties", {})
        for name, child in properties.items():
            if name.removesuffix("?") not in written:
                yield Word(name, "key", _about(root, child))
    yield from _literals(_here(root, at))


def _values(root: Schema, at: Spot, text: str) -> Iterator[Word]:
    """The values that a key may have, of those that are words."""
    yield from _literals([each for node in _here(root, at) for each in applying(root, node)])
    if at.key in ("path", "relation", "end") and "links" in _steps(at):
        yield from (Word(name, "name", "rule") for name in defined(text, "rules"))


def _literals(nodes: Sequence[Schema]) -> Iterator[Word]:
    for node in nodes:
        literals: list[Any] = [*node.get("enum", ()), *([node["const"]] if "const" in node else ())]
        kind = "event" if "artifact.published" in literals else "value"
        yield from (Word(str(each), kind, node.get("description", "")) for each in literals)
        if node.get("type") == "boolean":
            yield from (Word(each, "value") for each in ("true", "false"))


def _about(root: Schema, node: Schema) -> str:
    """What a schema says of a value."""
    return next((each["description"] for each in applying(root, node) if "description" in each), "")


def _first(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
