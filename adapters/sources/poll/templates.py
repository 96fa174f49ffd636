"""URLs, queries and bodies, made of the items of other lists: what an item says is a piece of them, and no way out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from adapters.mapping import syntax, within
from adapters.mapping.closures import Names, pipeline, rendered
from adapters.mapping.failures import Absent, Failure, Unknown
from adapters.mapping.syntax import Expression, Template
from adapters.yamlfile import suggestion

SINCE = "$since"
"""The name, in a query or a body, of the time from which on items are asked for; it stands in Around under this key."""

Around = Mapping[str, Any]
"""The items of the lists around a list, by their names, and what `$since` is where it is known."""

_SINCE = Names({SINCE[1:]: lambda around: around.get(SINCE, Absent(f"{SINCE} is not known yet"))}, {})
_NONE = Names({}, {})


def place(template: str, names: Collection[str]) -> Callable[[Around], str]:
    """A URL, its `${...}` percent-encoded; one at its beginning is a URL that the API gave, and stays as it is.

    Raises ValueError for what is no template of a URL; the URL is a Failure where it would lead elsewhere than written.
    """
    parts = _parsed(template, names)
    given = bool(parts) and isinstance(parts[0], Expression)
    check = within.url(template) if not given else None
    pieces = [_piece(part, encoded=bool(index) or not given) for index, part in enumerate(parts)]

    def make(around: Around) -> str:
        made = "".join(piece(around) for piece in pieces)
        return check(made) if check else made

    return make


def parameter(given: Any, names: Collection[str]) -> Callable[[Around], Sequence[str]]:
    """The values of a parameter: none where what it is made of is not there. Raises ValueError for no template."""
    makers = [_value(each, names) for each in (given if isinstance(given, list) else [given])]
    return lambda around: [text for make in makers for text in make(around)]


def document(given: Any, names: Collection[str]) -> Callable[[Around], Any]:
    """JSON, whose members and items stay away where what they are made of is not there.

    A text that is one `${...}` becomes what that is, of any kind. Raises ValueError for no template.
    """
    match given:
        case dict():
            members = {name: document(each, names) for name, each in given.items()}
            return lambda around: {name: made for name, make in members.items() if _there(made := make(around))}
        case list():
            items = [document(each, names) for each in given]
            return lambda around: [made for make in items if _there(made := make(around))]
        case str() if given:
            return rendered(_parsed(given, names), _SINCE)
    return lambda _: given


def _there(made: Any) -> bool:
    return not isinstance(made, Absent)


def _value(given: Any, names: Collection[str]) -> Callable[[Around], Sequence[str]]:
    closure = rendered(_parsed(given, names), _SINCE) if isinstance(given, str) and given else lambda _: given

    def make(around: Around) -> Sequence[str]:
        made = closure(around)
        return [_text(made)] if _there(made) else []

    return make


def _piece(part: str | Expression, *, encoded: bool) -> Callable[[Around], str]:
    if isinstance(part, str):
        return lambda _: part
    closure = pipeline(part, _NONE)
    return lambda around: quote(_text(closure(around)), safe="") if encoded else _text(closure(around))


def _parsed(template: str, names: Collection[str]) -> Template:
    """The parts of a template; raises ValueError where one begins at what is no list around."""
    parts = syntax.template(template)
    for part in parts:
        if isinstance(part, Expression) and part.path.name is None and (first := part.path.steps[0]) not in names:
            there = f"there are {', '.join(names)}" if names else "there is none: see `each`"
            raise Unknown(f"no list around it is called '{first}'", suggestion(str(first), names) or there)
    return parts


def _text(made: Any) -> str:
    if isinstance(made, Absent):
        raise Failure(made.reason)
    if isinstance(made, bool):
        return str(made).lower()
    if isinstance(made, str | int | float):
        return str(made)
    raise Failure("a text or a number is wanted, no object and no list")
