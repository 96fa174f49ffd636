"""A byte order mark at the beginning of what a tool sends (RFC 3629, RFC 2781), as tools on Windows write it."""

from __future__ import annotations

import codecs

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def unmarked(body: bytes) -> bytes:
    """The body without its mark; one that the mark says is UTF-16 in UTF-8."""
    if body[:2] in _UTF16:
        return body.decode("utf-16", "replace").encode()
    return body.removeprefix(codecs.BOM_UTF8)
