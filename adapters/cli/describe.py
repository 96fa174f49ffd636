"""`describe`: what mappings make of what, as a page that cannot go stale."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from adapters.mapping.overview import Outcome, Overview

Mappings = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="MAPPING", help="Shipped names or paths; every shipped one, if none is given.", show_default=False
    ),
]

_TITLE = """\
# Which occurrence gives which CDEvent

What `cdevents-adapters describe` prints; do not edit it. A condition stands as the mapping has it: a name is a
member of the notification, a `$name` a variable, or what the mapping defines under `let`. Every rule whose condition
holds makes its event. What is ignored is so on purpose; all else is counted and logged as unmatched."""


_EXPORTS = """\
# What becomes of which CDEvent

What export mappings make of events: a message of each that is of one of its types, if the condition holds, and else
nothing."""
_RULES, _MESSAGES = ("rule", "when", "CDEvent", "remark"), ("message", "when", "of", "remark")


def describe(mappings: Mappings = None) -> None:
    """Tell, as a page of Markdown, which occurrence gives which CDEvent, and what is ignored on purpose."""
    from adapters.mapping import library
    from adapters.mapping.overview import export_overview, overview

    asked = mappings or [*library.shipped(), *library.shipped(library.EXPORT)]
    exports = [name for name in asked if library.is_export(name)]
    found = {name: overview(library.document(library.find(name), {})) for name in asked if name not in exports}
    parts = [_TITLE, _by_event(found), *(_section(name, each, _RULES) for name, each in found.items())] if found else []
    if exports:
        parts.append(_EXPORTS)
    for name in exports:
        file = library.export_document(library.either(name), {})
        parts.append(_section(name, export_overview(file), _MESSAGES))
    typer.echo("\n\n".join(parts))


def _by_event(found: Mapping[str, Overview]) -> str:
    """Every event of CDEvents that one of the mappings makes, with its version in each specification."""
    from adapters.cdevents.vocabulary import EVENTS
    from adapters.model import Spec

    made = {name: {emit for outcome in each.outcomes for emit in outcome.emits} for name, each in found.items()}
    rows = [
        (_code(event.name), *(event.versions.get(spec, "") for spec in Spec), ", ".join(makers))
        for event in EVENTS.values()
        if (makers := [_link(name) for name, events in made.items() if event.name in events])
    ]
    return _table(("CDEvent", *(f"in {spec}" for spec in Spec), "made by"), rows)


def _section(name: str, found: Overview, header: Sequence[str]) -> str:
    variables = [(_code(each.name), _code(each.default), _plain(each.remark)) for each in found.variables]
    parts = [
        f"## {name}",
        _plain(found.about),
        _table(header, map(_row, found.outcomes)),
        _table(("variable", "default", "what it is"), variables) if variables else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _row(outcome: Outcome) -> tuple[str, ...]:
    when = _code(outcome.when) if outcome.when else "what is not ignored"
    each = f", for each of {_code(outcome.each)}" if outcome.each else ""
    return outcome.rule, when + each, ", ".join(map(_code, outcome.emits)) or "ignored", _plain(outcome.remark)


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(_lines(tuple(header), rows))


def _lines(header: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    for cells in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _code(text: str) -> str:
    return f"`{text}`"


def _plain(text: str) -> str:
    """Text of which no word is taken for HTML."""
    return text.replace("<", "&lt;")


def _link(name: str) -> str:
    """A link to a mapping's section, by the anchor that GitHub and GitLab give its heading."""
    return f"[{name}](#{re.sub(r'[^a-z0-9_-]', '', name.lower())})"
