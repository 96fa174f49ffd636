"""Where a cursor is in a YAML text that is being written, and so is perhaps none yet: by lines, keys and indents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

ITEM = "-"
"""The step into an item of a list."""

_KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s#"'{}\[\],&*!|>%@`:-][^:#{}\[\],]*?) *:(?=\s|$)(?P<value>.*)""")
_TOKEN = re.compile(r"""\$\{[^}]*\}?|"(?:[^"\\]|\\.)*"?|'[^']*'?|[{}\[\],]|[^{}\[\],"']+""")

_FLOW_KEY = re.compile(r"[{,]\s*([\w-]+)\s*:")
_NESTED = re.compile(r"(?<=.)\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Level:
    """What is written at a level around the cursor: keys with their values as text, and the `step` on the way down."""

    step: str = ""
    written: Mapping[str, str] = field(default_factory=dict)


EMPTY = Level()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a cursor is.

    `levels` lead from the top to it: those above have the step that leads on, the last one has what stands beside it.
    `key` is the key whose value is being written, None where it is a key that is; `before` what there is of it.
    """

    levels: Sequence[Level]
    key: str | None
    before: str


@dataclass(frozen=True, slots=True)
class _Entry:
    indent: int
    key: str
    value: str


def spot(text: str, row: int, column: int) -> Spot:
    """The spot at a row and column, both from 0."""
    lines = text.splitlines()
    line = lines[row][:column] if row < len(lines) else ""
    entries = [entry for number, each in enumerate(lines) for entry in _entries(each if number != row else line)]
    above = [entry for each in lines[:row] for entry in _entries(each)]
    own = list(_entries(line))
    indent = own[-1].indent if own else len(line) - len(line.lstrip())
    here = [*above, *own]
    keyed = bool(own) and own[-1].key != ITEM
    if own and not keyed:
        indent += len(line[indent:]) - len(line[indent:].lstrip("- "))
    around = _around(here[: len(here) - keyed], indent)
    levels = [
        *(_level(entries, here, each) for each in around),
        Level("", _beside(entries, len(here) - keyed, indent)),
    ]
    if not keyed:
        return Spot(levels, None, line.lstrip(" -"))
    return _in_flow(levels, own[-1].key, own[-1].value.lstrip())


def defined(text: str, key: str) -> list[str]:
    """The members of what a key at the top of a text has, by their names."""
    entries = [entry for line in text.splitlines() for entry in _entries(line)]
    number = next((at for at, each in enumerate(entries) if (each.indent, each.key) == (0, key)), len(entries))
    if entries[number : number + 1] and (value := entries[number].value.strip()).startswith("{"):
        return _FLOW_KEY.findall(_NESTED.sub("", value))
    below = list(takewhile(lambda each: each.indent > 0, entries[number + 1 :]))
    return [each.key for each in below if each.indent == below[0].indent]


def _entries(line: str) -> Iterator[_Entry]:
    """The items and keys that a line begins."""
    rest = line.lstrip()
    while rest.startswith("- ") or rest == ITEM:
        yield _Entry(len(line) - len(rest), ITEM, "")
        rest = rest[1:].lstrip()
    if found := _KEY.match(rest):
        yield _Entry(len(line) - len(rest), found["key"].strip("\"'"), found["value"])


def _around(entries: Sequence[_Entry], indent: int) -> list[int]:
    """The entries that a place with an indent is in, by their numbers, from the top."""
    found: list[int] = []
    for number in range(len(entries) - 1, -1, -1):
        if entries[number].indent < indent:
            found.insert(0, number)
            indent = entries[number].indent
    return found


def _level(entries: Sequence[_Entry], above: Sequence[_Entry], number: int) -> Level:
    return Level(above[number].key, _beside(entries, number, above[number].indent))


def _beside(entries: Sequence[_Entry], number: int, indent: int) -> dict[str, str]:
    """The keys of the object that an entry, or a cursor before it, is in."""
    first = last = number
    while first > 0 and entries[first - 1].indent >= indent:
        first -= 1
    while last < len(entries) and entries[last].indent >= indent:
        last += 1
    same = (entry for entry in entries[first:last] if entry.indent == indent and entry.key != ITEM)
    return {entry.key: entry.value.strip() for entry in same}


def _in_flow(levels: Sequence[Level], key: str, value: str) -> Spot:
    """The spot in a value that may be `{a: 1, b: [...`, up to the cursor."""
    levels = [*levels]
    at: str | None = key
    before = ""
    for piece in _TOKEN.findall(value):
        if piece in ("{", "["):
            levels[-1] = Level(at or ITEM, levels[-1].written)
            levels.append(Level())
            at, before = (None, "") if piece == "{" else (ITEM, "")
        elif piece in ("}", "]") and len(levels) > 1:
            levels.pop()
            at, before = levels[-1].step, ""
        elif piece == ",":
            at, before = (ITEM if at == ITEM else None), ""
        elif at is None and (found := _KEY.match(piece.strip() + " ")):
            at, before = found["key"].strip("\"'"), found["value"].lstrip()
            levels[-1] = Level(levels[-1].step, {**levels[-1].written, at: before})
        else:
            before += piece
    return Spot(levels, at, before.lstrip())
