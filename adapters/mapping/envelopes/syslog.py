"""Lines of syslog: RFC 5424, RFC 3164, and what daemons write of either into files, without its priority."""

from __future__ import annotations

import re
from typing import Any

from adapters.mapping.envelopes.line import TIME, Opened, known, text
from adapters.regex import regex

_HIGHEST = 191
_BOM = b"\xef\xbb\xbf"
_PARAMETER = r'[^ =\]"]{1,32}="(?:[^"\\]|\\.)*"'
_5424 = regex(
    rf"<(?P<priority>\d{{1,3}})>1 (?P<time>-|{TIME}) (?P<host>\S{{1,255}}) (?P<program>\S{{1,48}}) (?P<pid>\S{{1,128}})"
    rf' (?P<id>\S{{1,32}}) (?P<data>-|(?:\[[^ =\]"]{{1,32}}(?: {_PARAMETER})*\])+)(?: (?P<text>.*))?'.encode(),
    re.DOTALL,
)
_ELEMENT = regex(rf'\[([^ =\]"]+)((?: {_PARAMETER})*)\]'.encode(), re.DOTALL)
_NAMED = regex(rb' ([^ =\]"]+)="((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = regex(rb'\\(["\\\]])')

_CLOCK = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d"
_TAG = r"(?P<program>[^\s:\[\]<>\"]{1,64})"
_HEAD = rf"(?:<(?P<priority>\d{{1,3}})>)?(?:(?P<clock>{_CLOCK})|(?P<time>{TIME})) "
_HOST = r"(?P<host>[^\s\[\]<>]{0,254}[^\s\[\]<>:])"
_WITH_PID = regex(rf"{_HEAD}(?:{_HOST} )?{_TAG}\[(?P<pid>[\w.-]+)\]:(?: (?P<text>.*)|$)".encode(), re.DOTALL)
_WITH_TAG = regex(rf"{_HEAD}(?:{_HOST} )?{_TAG}(?P<pid>):(?: (?P<text>.*)|$)".encode(), re.DOTALL)
_WITHOUT = regex(rf"{_HEAD}{_HOST}(?P<program>)(?P<pid>) (?P<text>.*)".encode(), re.DOTALL)


def syslog(line: bytes) -> Opened | None:
    """A line with `time` or (RFC 3164, without a year or zone) `clock`, and who wrote it as far as known.

    What is known of it: `host`, `program`, `pid`, `facility`, `severity`, `id` and `data` (its structured data).
    """
    if line.startswith(b"<"):
        return _opened(_5424.fullmatch(line)) or _opened(_first(line, _WITH_PID, _WITH_TAG, _WITHOUT))
    return _opened(_first(line, _WITH_PID, _WITH_TAG))


def surely_syslog(line: bytes) -> Opened | None:
    """The same where nobody said that it is syslog: without a priority, only one that names a process by its number."""
    return syslog(line) if line.startswith(b"<") else _opened(_first(line, _WITH_PID))


def _first(line: bytes, *forms: re.Pattern[bytes]) -> re.Match[bytes] | None:
    return next((found for form in forms if (found := form.fullmatch(line))), None)


def _opened(found: re.Match[bytes] | None) -> Opened | None:
    if found is None:
        return None
    groups = found.groupdict()
    priority = int(groups["priority"]) if groups["priority"] else None
    if priority is not None and priority > _HIGHEST:
        return None
    names = ("time", "clock", "host", "program", "pid", "id")
    said = known(kind="syslog", **{name: text(found, name) or None for name in names if name in groups})
    if priority is not None:
        said |= {"facility": priority >> 3, "severity": priority & 7}
    if data := _data(groups.get("data")):
        said["data"] = data
    writer = "\0".join(said.get(name, "") for name in ("host", "program", "pid"))
    return Opened((groups["text"] or b"").removeprefix(_BOM), said, writer)


def _data(elements: bytes | None) -> dict[str, Any]:
    return {
        name.decode("utf-8", "replace"): {
            key.decode("utf-8", "replace"): _ESCAPED.sub(rb"\1", value).decode("utf-8", "replace")
            for key, value in _NAMED.findall(parameters)
        }
        for name, parameters in _ELEMENT.findall(elements or b"")
    }
