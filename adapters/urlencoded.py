"""Bodies of `application/x-www-form-urlencoded`, read in a few times the memory of their bytes, however they escape."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

FIELDS = 1000
"""More fields than this are refused: no tool sends so many, and each costs."""

_PIECE = 64 << 10


def pairs(body: bytes) -> list[tuple[bytes, bytes]]:
    """The fields of a form, decoded, in their order. Raises ValueError for more than FIELDS."""
    return [(plain(name), plain(value)) for name, value in escaped(body)]


def escaped(body: bytes) -> list[tuple[bytes, bytes]]:
    """The fields of a form as they are written, in their order. Raises ValueError for more than FIELDS."""
    if body.count(b"&") >= FIELDS:
        raise ValueError(f"is a form of more than {FIELDS} fields")
    return [(name, value) for name, _, value in (pair.partition(b"=") for pair in body.split(b"&") if pair)]


def plain(text: bytes) -> bytes:
    """A name or a value, decoded; what is no escape stays as it is."""
    return b"".join(map(unquote_to_bytes, _pieces(text.replace(b"+", b" "))))


def _pieces(text: bytes) -> Iterator[bytes]:
    """The text in pieces, none of which ends within an escape: the decoder makes objects of all of them at once."""
    begin = 0
    while begin < len(text):
        end = begin + _PIECE
        if (escape := text.rfind(b"%", end - 2, end)) >= 0:
            end = escape
        yield text[begin:end]
        begin = end
