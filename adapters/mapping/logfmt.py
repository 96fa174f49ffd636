r"""Lines of `key=value key="a value" key` (brandur.org/logfmt, github.com/go-logfmt/logfmt).

What is in quotes has the escapes of JSON, and of Go's `%q`, which logrus writes: `\"`, `\n`, `\x1b`, `\u00e4`, ...
"""

from __future__ import annotations

import re
from typing import Any

_FIELD = re.compile(r'([^\s="]+)(?:(=)(?:"((?:[^"\\]|\\.)*)"|([^\s"]*)))?(?:[ \t]+|$)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_HIGHEST = 0x10FFFF


def fields(line: str) -> dict[str, Any] | None:
    """The fields of a line: text, `true` for a key alone, a list for one that is repeated; None if it is not logfmt.

    A line without one `=` is none: any words are keys, but nobody wrote them as such.
    """
    found: dict[str, list[Any]] = {}
    line, at, assigned = line.strip(), 0, False
    while at < len(line):
        if (field := _FIELD.match(line, at)) is None:
            return None
        key, equals, quoted, plain = field.groups()
        found.setdefault(key, []).append(_value(equals, quoted, plain))
        at, assigned = field.end(), assigned or equals is not None
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()} if assigned else None


def _value(equals: str | None, quoted: str | None, plain: str | None) -> str | bool | None:
    if equals is None:
        return True
    return plain if quoted is None else _unescaped(quoted)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(escape: re.Match[str]) -> str:
    byte, short, long, other = escape.groups()
    if other is not None:
        return _SHORT.get(other, other)
    code = int(byte or short or long, 16)
    return chr(code) if code <= _HIGHEST else "\N{REPLACEMENT CHARACTER}"
