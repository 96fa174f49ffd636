"""What a document may hold: what JSON can, with numbers as long as Java's. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

Written = tuple[str, bytes]
"""A document's URL, and the document as JSON."""

_LONGEST = 2**63
_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)


def encoded(document: Mapping[str, Any]) -> bytes:
    """A document as JSON; raises ValueError for what is none, such as a number beyond 64 bits."""
    try:
        return orjson.dumps(document)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"cannot be told: {error}") from None


def written(documents: Sequence[Mapping[str, Any]]) -> list[Written]:
    """Documents as they are kept; raises ValueError as `encoded` does."""
    return [(document["url"], encoded(document)) for document in documents]


def whole(text: str | None) -> int | None:
    """The number that a text is; None where it is none, or none that Jenkins can have written (Java's `long`)."""
    if not _WHOLE.fullmatch(text or ""):
        return None
    return number if -_LONGEST <= (number := int(text or "")) < _LONGEST else None
