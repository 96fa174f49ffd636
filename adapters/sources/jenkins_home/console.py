"""A build's log: text with notes that Jenkins hides in it, which name the nodes of a Pipeline's flow. Pure.

A note is `ESC[8mha:<base64>ESC[0m` around an optional MAC and a gzipped Java object (Jenkins' `ConsoleNote.java`);
the one before a `[Pipeline]` line is workflow-job's `NewNodeConsoleNote`, with the ids of the node, of the block around
it and of the block that it closes. Jenkins before 2017 wrote notes without ids.
"""

from __future__ import annotations

import binascii
import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from adapters.sources.jenkins_home.flow import Stage

LONGEST = 64 << 10
"""Bytes of a line that are looked at; a note and a stage's name take some hundred."""

_NOTE = re.compile(rb"\x1b\[8mha:(?P<data>[A-Za-z0-9+/=]*)\x1b\[0m")
_MARK = b"[Pipeline] "
_STAGE = re.compile(r"\{ \((?P<name>.*)\)")
_TIME = re.compile(rb"\[(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\] ")
_CLASS, _SUPERCLASS = b"NewNodeConsoleNote", b"hudson.console.ConsoleNote"
_MAX_OBJECT = 4096
_GZIP = 16 + zlib.MAX_WBITS
_FIRST_HANDLE = 0x7E0004


@dataclass(frozen=True, slots=True)
class Node:
    """What a note says: the node's id, and the id of the block that it closes, if it does."""

    id: str
    start: str | None


def stripped(line: bytes) -> bytes:
    """A line without notes, as people see it."""
    return _NOTE.sub(b"", line)


def stages(lines: Iterable[bytes]) -> list[Stage]:
    """The stages that the lines tell of, in order; `ended` says whether, not how, they have.

    They have times only where the log does (`timestamps`), and never a status.
    """
    found: dict[str, Stage] = {}
    for line in lines:
        if _MARK in line and (node := _noted(line)) is not None:
            _tell(found, node, line)
    return list(found.values())


def _tell(found: dict[str, Stage], node: Node, line: bytes) -> None:
    text = stripped(line).partition(_MARK)[2].decode("utf-8", "replace").strip()
    time = _time(line)
    if match := _STAGE.fullmatch(text):
        found[node.id] = {"id": node.id, "name": match["name"], "ended": False} | ({"started": time} if time else {})
    elif node.start in found:
        found[node.start] |= {"ended": True} | ({"finished": time} if time else {})


def _time(line: bytes) -> int | None:
    if (match := _TIME.search(line)) is None:
        return None
    return int(datetime.fromisoformat(match["time"].decode()).timestamp() * 1000)


def _noted(line: bytes) -> Node | None:
    """What the first note of a line says, None where it is of another kind or cannot be read."""
    match = _NOTE.search(line)
    texts = [*_strings(_fields(_object(match["data"]))), None, None, None] if match else [None] * 3
    _enclosing, name, start = texts[:3]
    return Node(name, start) if name else None


def _object(data: bytes) -> bytes:
    """The serialised object of a note, as far as it is sensible."""
    try:
        note = b64decode(data)
    except binascii.Error:
        return b""
    mac = -int.from_bytes(note[:4], signed=True)
    try:
        return zlib.decompressobj(_GZIP).decompress(note[8 + mac if mac > 0 else 4 :], _MAX_OBJECT)
    except zlib.error:
        return b""


def _fields(serialised: bytes) -> bytes:
    """What follows the description of the last superclass: the values of the fields, by their names' order."""
    _, found, rest = serialised.rpartition(_SUPERCLASS)
    return rest.partition(b"xp")[2] if found and _CLASS in serialised else b""


def _strings(fields: bytes) -> Iterator[str | None]:
    """The texts of an object's last fields: null, a new text, or one again (Java Object Serialization §6.4)."""
    known: list[str] = []
    at = 0
    while at < len(fields):
        kind, argument = fields[at : at + 1], int.from_bytes(fields[at + 1 : at + 3])
        if kind == b"t":
            known.append(fields[at + 3 : at + 3 + argument].decode("ascii", "replace"))
            at += 3 + argument
            yield known[-1]
        elif kind == b"q":
            index = int.from_bytes(fields[at + 1 : at + 5]) - _FIRST_HANDLE
            at += 5
            yield known[index] if 0 <= index < len(known) else None
        else:
            at += 1
            yield None
