"""Filters from text to text, and between text and numbers."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from adapters.bounds import JSON, check
from adapters.cdevents.ids import named_id
from adapters.mapping.failures import Absent
from adapters.mapping.filters.filter import Known
from adapters.mapping.filters.number import exact, plain
from adapters.mapping.patterns import compiled, finding

_BACKSLASH = re.compile(r"\\(?:([0-9]+)|g<(\w+)>|(\\))?")


def lower(value: str) -> str:
    """The text in lower case."""
    return value.lower()


def upper(value: str) -> str:
    """The text in upper case."""
    return value.upper()


def strip(value: str) -> str:
    """The text without white space around it."""
    return value.strip()


def removeprefix(value: str, prefix: str) -> str:
    """The text without `prefix` at its start; the text itself where it does not start so."""
    return value.removeprefix(prefix)


def removesuffix(value: str, suffix: str) -> str:
    """The text without `suffix` at its end; the text itself where it does not end so."""
    return value.removesuffix(suffix)


def replace(value: str, old: str, new: str) -> str:
    """The text with every `old` made `new`."""
    return value.replace(old, new)


def split(value: str, separator: str, index: int | None = None) -> str | list[str]:
    """The pieces of the text cut at `separator`; or that at `index` (-1 is the last), an error when there is none."""
    pieces = value.split(separator)
    if index is None:
        return pieces
    if not -len(pieces) <= index < len(pieces):
        raise ValueError(f"'{value[:60]}' has no piece {index} when cut at '{separator}'")
    return pieces[index]


def truncate(value: str, length: int) -> str:
    """At most the first `length` characters."""
    if length < 0:
        raise ValueError(f"there are no {length} characters")
    return value[:length]


def find_all(value: str, pattern: Known) -> list[dict[str, str]]:
    """For each place that the pattern matches, from left to right, an object of its named groups that took part."""
    found = compiled(pattern).finditer(value)
    return [{name: text for name, text in match.groupdict().items() if text is not None} for match in found]


def regex_replace(value: str, pattern: Known, new: Known) -> str:
    r"""The text with every match of the pattern made `new`, in which `\1` and `\g<name>` are the match's groups.

    `\0` is all that it matched, `\\` a backslash.
    """
    parts = _replacement(pattern, new)

    def made(match: Any) -> str:
        return "".join(part if isinstance(part, str) else match[part] or "" for part in parts)

    return str(compiled(pattern).sub(made, value))


@lru_cache(maxsize=1024)
def _replacement(pattern: str, new: str) -> Sequence[str | int]:
    """What a match becomes: texts, and the numbers of its groups."""
    found = compiled(pattern)
    groups = {str(number): number for number in range(found.groups + 1)} | found.groupindex
    parts: list[str | int] = []
    at = 0
    for each in _BACKSLASH.finditer(new):
        parts += [new[at : each.start()], "\\" if each[3] else _group(each, groups, pattern)]
        at = each.end()
    return [*parts, new[at:]]


def _group(written: re.Match[str], groups: Mapping[str, int], pattern: str) -> int:
    if (name := written[1] or written[2]) is None:
        raise ValueError(f"'{written.string}' has a backslash before neither a group nor another one")
    if name not in groups:
        raise ValueError(f"'{pattern}' has no group {name}")
    return groups[name]


def first_line(value: str) -> str:
    """The text up to its first line break."""
    return value.strip().partition("\n")[0].rstrip("\r")


def capture(value: str, pattern: Known) -> str | Absent:
    """What the pattern's first group finds in the text (the whole match without a group); absent when nothing."""
    return capturing(pattern)(value)


@lru_cache(maxsize=1024)
def capturing(pattern: str) -> Callable[[str], str | Absent]:
    """`capture` of a pattern that is known."""
    find, nothing = finding(pattern), Absent(f"'{pattern}' finds nothing")

    def capture(value: str) -> str | Absent:
        found = find(value)
        return nothing if found is None else found

    return capture


def to_string(value: str | int | float | bool) -> str:
    """A text, number, or true/false as text; `200.0` is `200`."""
    if isinstance(value, str):
        return value
    return orjson.dumps(plain(exact(value)) if isinstance(value, float) else value).decode()


def sha256(value: str | int | bool | list | dict) -> str:  # type: ignore[type-arg]  # JSON values of any kind
    """The SHA-256, in hex, of a value written as JSON with sorted keys."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def uuid5(value: str | int, *names: str) -> str:
    """A UUIDv5 of the value and of what else is given: the same of the same, and of nothing else."""
    return named_id([value, *names])


def shorten(value: str, length: int) -> str:
    """At most `length` characters, of which the last is `…` where something was left out."""
    if length < 1:
        raise ValueError(f"there are no {length} characters")
    return value if len(value) <= length else value[: length - 1].rstrip() + "…"


def base64_text(value: str) -> str:
    """Base64 decoded to UTF-8 text."""
    return base64.b64decode(value, validate=True).decode()


def json_value(value: str) -> object:
    """The value that a text of JSON stands for."""
    check(value.encode(), JSON)
    return orjson.loads(value)
