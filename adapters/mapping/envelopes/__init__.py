"""What logs of containers and hosts put around each line of a program, taken off line by line.

Whoever wrote a log is told by the lines alone, strictly: what is not exactly of an envelope's form is left as it is.
"""

from __future__ import annotations

from typing import Literal

from adapters.mapping.envelopes.cri import cri
from adapters.mapping.envelopes.docker import docker
from adapters.mapping.envelopes.journald import journald
from adapters.mapping.envelopes.line import Opened, Opener
from adapters.mapping.envelopes.syslog import surely_syslog, syslog
from adapters.mapping.patterns import compiled

__all__ = ["Kind", "Opened", "Opener", "may_be_in", "opener"]

Kind = Literal["auto", "none", "docker", "cri", "journald", "syslog"]

_DATE_END = slice(10, 11)
"""Where RFC 3339 has a `T`, and next to nothing else that begins with a digit has."""


_NEWLINE = ord("\n")
_BEGINNING = compiled(r"(?m)^\x{FEFF}?(?:[{]\s*\"|<\d{1,3}>|\d{4}-\d\d-\d\dT|[ADFJMNOS][a-z]{2} [ \d]\d )")


def _object(line: bytes) -> Opened | None:
    return docker(line) or journald(line)


def _dated(line: bytes) -> Opened | None:
    return (cri(line) or surely_syslog(line)) if line[_DATE_END] == b"T" else None


_BY_FIRST_BYTE: dict[bytes, Opener] = {
    b"{": _object,
    b"<": surely_syslog,
    **dict.fromkeys((b"1", b"2"), _dated),
    **dict.fromkeys((b"A", b"D", b"F", b"J", b"M", b"N", b"O", b"S"), surely_syslog),
}


def _auto(line: bytes) -> Opened | None:
    opened = _BY_FIRST_BYTE.get(line[:1])
    return opened(line) if opened else None


_OPENERS: dict[Kind, Opener | None] = {
    "auto": _auto,
    "none": None,
    "docker": docker,
    "cri": cri,
    "journald": journald,
    "syslog": syslog,
}


def opener(kind: Kind) -> Opener | None:
    """What takes lines out of an envelope; None where there is none to look for."""
    return _OPENERS[kind]


def may_be_in(lines: bytes) -> bool:
    """Whether any of some lines may be in an envelope: told by how they begin, which is faster than opening each."""
    if _NEWLINE in lines:
        return _BEGINNING.search(lines) is not None
    return lines[:1] in _BY_FIRST_BYTE and (lines[_DATE_END] == b"T" or not lines[:1].isdigit())
