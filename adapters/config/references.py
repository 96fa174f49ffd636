"""References to the environment or to files that are not written as such, and so would be taken for what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.errors import Problem
from adapters.sinks import SINKS
from adapters.sources import SOURCES
from adapters.yamlfile import Location, YamlFile

_MARKED = re.compile(r"\$\{(?!(?:env|file):)([^}]*)\}")
_BARE = re.compile(r"\$\(?([A-Z_][A-Z0-9_]+)\)?")
_UNBRACED = re.compile(r"\$(env|file):([^\s{}]+)")
_UNCLOSED = re.compile(r"\$\{((?:env|file):[^{}]*)\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]+")
_OTHERWISE = re.compile(r"(env|file|environ|environment|secret)\s*[:.]\s*(.+)", re.IGNORECASE)


def misspelt(file: YamlFile) -> Iterator[tuple[Location, Problem]]:
    """Each place with such a reference, and what to write: `${TOKEN}`, `$TOKEN`, `${ENV:TOKEN}` are `${env:TOKEN}`.

    What an action makes of an event is full of `${...}`: there it is one only if no event has it.
    """
    for at, text in _texts(file.data, ()):
        if meant := _meant(text, template=_is_template(file.data, at)):
            wrong, right = meant
            message = f"'{wrong}' is not replaced by anything"
            yield at, file.problem(at, message, f"write {right}, if that is meant")


def _meant(text: str, *, template: bool) -> tuple[str, str] | None:
    """A reference as it is written, and as it should be."""
    for found in _MARKED.finditer(text):
        inner = found[1].strip()
        if text[: found.start()].endswith("$") or (template and not _outside(inner)):
            continue
        return found[0], _right(inner)
    if (half := _UNBRACED.fullmatch(text) or _UNCLOSED.search(text)) is not None:
        return half[0], f"${{{half[0].removeprefix('$').removeprefix('{')}}}"
    if (bare := _BARE.fullmatch(text)) or ("://" in text and (bare := _BARE.search(text))):
        return bare[0], f"${{env:{bare[1]}}}"
    return None


def _right(inner: str) -> str:
    if other := _OTHERWISE.fullmatch(inner):
        return f"${{{'file' if other[1].lower() == 'file' or '/' in other[2] else 'env'}:{other[2]}}}"
    return f"${{env:{inner}}}" if _NAME.fullmatch(inner) else "${env:NAME} or ${file:path}"


def _outside(inner: str) -> bool:
    return bool(_VARIABLE.fullmatch(inner) or re.match(r"(?i)(env|file)\s*:", inner))


def _is_template(data: Any, at: Location) -> bool:
    match at:
        case ("sinks", name, str(field), *_):
            kind = SINKS.get(str(data["sinks"][name].get("type")))
            return kind is not None and field in kind.settings.shaped()
        case ("sources", name, str(field), *_):
            heard = SOURCES.get(str(data["sources"][name].get("type")))
            return heard is not None and field in heard.settings.shaped()
    return False


def _texts(value: Any, at: Location) -> Iterator[tuple[Location, str]]:
    match value:
        case str():
            yield at, value
        case dict():
            for key, each in value.items():
                yield from _texts(each, (*at, key))
        case list():
            for index, each in enumerate(value):
                yield from _texts(each, (*at, index))
