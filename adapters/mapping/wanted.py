"""What templates want of a document: the paths in them, and whether it cannot be without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from adapters.mapping import syntax
from adapters.yamlfile import Location


class Wish(NamedTuple):
    """A path in a template, where that is; `lasting` says that a document without it cannot do."""

    at: Location
    path: syntax.Path
    lasting: bool


def wishes(at: Location, value: Any, *, lasting: bool = True) -> Iterator[Wish]:
    """Those of all templates in a value, at a place; what is no template has none. Paths of names have none, either."""
    match value:
        case str():
            for part in syntax.template(value):
                if isinstance(part, syntax.Expression):
                    yield from _of(at, part, lasting=lasting)
        case dict():
            for key, each in value.items():
                inner = lasting and not key.endswith("?") and not key.startswith("$")
                yield from wishes((*at, key), each, lasting=inner)
        case list():
            for index, each in enumerate(value):
                yield from wishes((*at, index), each, lasting=lasting)


def _of(at: Location, expression: syntax.Expression, *, lasting: bool) -> Iterator[Wish]:
    certain = any(call.name == "default" for call in expression.calls)
    given = [each for call in expression.calls for each in call.arguments[call.name == "table" :]]
    arguments = [each for each in given if isinstance(each, syntax.Path)]
    for path in (expression.path, *arguments):
        if path.name is None:
            yield Wish(at, path, lasting and not certain)
