"""The bytes of an XML document as UTF-8 that a parser takes: what real tools send, not what XML 1.0 allows.

The encoding is told by the byte order mark, by how `<` is written, or by the declaration, in this order (XML 1.0,
appendix F): what .NET declares as UTF-16 is often UTF-8. Bytes that are not of the UTF-8 they should be are taken for
Windows-1252, as browsers do. Control characters and noncharacters are dropped, and references to them; two references
to the halves of a surrogate pair are its character. A header of XML 1.1 is read as one of 1.0.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from adapters.marks import unmarked

_WIDE = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_PROLOG = re.compile(rb"\A\s*<\?xml\b[^>]*>")
_ENCODING = re.compile(rb"""\bencoding\s*=\s*["']([^"']*)""")
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf16", "utf-16le", "utf-16be", "unicode", ""})
_CONTROL = bytes({*range(0x20)} - {*b"\t\n\r"})
_NONCHARACTER = b"\xef\xbf"
_BAD = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_REFERENCES = re.compile(rb"(?:&#(?:x[0-9a-fA-F]{1,8}|[0-9]{1,10});)+")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));")
_STRAY = re.compile(rb"(?s)<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LAST = 0x10FFFF


def clean(body: bytes) -> bytes:
    """A document in UTF-8, blank where its declaration was; raises ValueError for an encoding that is unknown."""
    text = _PROLOG.sub(_blank, _in_utf8(body), count=1)
    if len(text.translate(None, _CONTROL)) < len(text) or _NONCHARACTER in text:
        text = _BAD.sub(b"", text)
    return _REFERENCES.sub(_possible, text) if b"&#" in text else text


def escaped(text: bytes) -> bytes:
    """The text with each `&` escaped that begins no reference that XML knows, such as those of `a & b` or `&nbsp;`."""
    return _STRAY.sub(lambda found: b"&amp;" if found[0] == b"&" else found[0], text)


def _in_utf8(body: bytes) -> bytes:
    body = unmarked(body)
    if wide := _WIDE.get(body[:2]):
        return body.decode(wide, "replace").encode()
    declared = _declared(body)
    if declared not in _UTF8:
        return _decoded(body, declared).encode("utf-8", "replace")
    return body if body.isascii() else body.decode("utf-8", _AS_WINDOWS).encode()


def _declared(body: bytes) -> str:
    prolog = _PROLOG.match(body)
    encoding = _ENCODING.search(prolog[0]) if prolog else None
    return encoding[1].decode("ascii", "replace").strip().lower() if encoding else ""


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        raise ValueError(f"is not XML: its encoding '{encoding[:30]}' is unknown") from None


def _blank(declaration: re.Match[bytes]) -> bytes:
    return b"\n".join(b" " * len(line) for line in declaration[0].split(b"\n"))


def _possible(references: re.Match[bytes]) -> bytes:
    """References in a row, without those to characters that XML cannot have."""
    codes = [int(code[1], 16) if code[1] else int(code[2]) for code in _REFERENCE.finditer(references[0].decode())]
    text = _joined([code for code in codes if code <= _LAST])
    return "".join(f"&#{ord(character)};" for character in _FORBIDDEN.sub("", text)).encode()


def _joined(codes: Sequence[int]) -> str:
    """Their characters, of which two surrogates are one and one is none."""
    return "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_AS_WINDOWS = "cdevents-adapters-windows-1252"
codecs.register_error(_AS_WINDOWS, _windows)
