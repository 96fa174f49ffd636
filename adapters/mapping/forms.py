"""Bodies of `application/x-www-form-urlencoded` (url.spec.whatwg.org/#application/x-www-form-urlencoded)."""

from __future__ import annotations

import re
from typing import Any

import orjson

from adapters.bounds import JSON, check
from adapters.marks import unmarked
from adapters.urlencoded import escaped, plain

_MULTIPART = re.compile(rb"--[^\r\n]+\r?\n(?i:content-)")
_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def fields(body: bytes) -> dict[str, Any]:
    """The fields of a form, as text; one that is repeated is a list. Raises ValueError for what is none."""
    content = unmarked(body).strip()
    if content[:1] in (b"{", b"[", b"<") or b"=" not in content:
        raise ValueError("is not a form of name=value, joined by &")
    if _MULTIPART.match(content):
        raise ValueError("is multipart/form-data: let the tool send application/x-www-form-urlencoded, or JSON")
    found: dict[str, list[str]] = {}
    for name, value in escaped(content):
        found.setdefault(_plain(name), []).append(_plain(value))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def document(body: bytes, name: str) -> Any:
    """The JSON that a field holds. Raises ValueError where there is no such field, or it is not JSON."""
    match fields(body).get(name):
        case None:
            raise ValueError(f"is a form without the field '{name}'")
        case [*_]:
            raise ValueError(f"is a form with the field '{name}' more than once")
        case value:
            return _json(value, name)


def _json(value: str, name: str) -> Any:
    check(value.encode(), JSON)
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"is a form whose field '{name}' is not JSON: {error}") from None


def _plain(text: bytes) -> str:
    if bad := _NO_ESCAPE.search(text):
        raise ValueError(f"is not a form: '{text[bad.start() :][:3].decode('ascii', 'replace')}' is no escape")
    try:
        return plain(text).decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"is not a form in UTF-8: {error}") from None
