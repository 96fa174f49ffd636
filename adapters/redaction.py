"""Known secrets, left out of all that is told: of logs, of reasons, and of answers that repeat what they were sent."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from adapters.secrets import rotated
from adapters.settings import SecretStr, Settings
from adapters.urls import public, secret_parameters

INSTEAD = "[redacted]"
"""What stands where something was left out."""

SHORTEST = 4
"""Characters of a secret that is looked for: any text has those that are shorter."""

Redact = Callable[[str], str]
"""Gives a text without what must not be told."""


def redaction(settings: Any) -> Redact:
    """Leaves out every secret of some settings, as it is and as it may be written, and what `urls.public` does.

    Of one that is replaced while it runs, the old one is left out as well.
    """
    fixed = frozenset(_texts(settings))
    replaced = list(rotated(settings))
    pattern = lru_cache(1)(_pattern)

    def redact(text: str) -> str:
        known = pattern(fixed.union(*(each.known for each in replaced)))
        return public(known.sub(INSTEAD, text) if known else text)

    return redact


def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    found = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True)))) if found else None


def _texts(settings: Any) -> Iterator[str]:
    return (each if isinstance(each, str) else each.get_secret_value() for each in _secrets(settings))


def _secrets(value: Any) -> Iterator[str | SecretStr]:
    match value:
        case SecretStr():
            yield value
        case str():
            yield from secret_parameters(value)
        case Settings():
            for _, each in value:
                yield from _secrets(each)
        case Mapping():
            for each in value.values():
                yield from _secrets(each)
        case list() | tuple():
            for each in value:
                yield from _secrets(each)


def _forms(secret: str) -> Iterator[str]:
    """How a secret may be written: in JSON, Python and HTML, also one within the other, in a URL, and in base64."""
    from html import escape  # noqa: PLC0415 - with it comes a table of all entities

    for text in (secret, *_quoted(secret), escape(secret)):
        yield from (text, *_quoted(text))
    for encoded in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield from (encoded, re.sub("%..", lambda each: each[0].lower(), encoded))
    for before in range(3):
        yield from (form for encode in (b64encode, urlsafe_b64encode) if (form := _inner(encode, secret, before)))


def _quoted(text: str) -> Iterator[str]:
    yield from (each[1:-1] for each in (json.dumps(text), json.dumps(text, ensure_ascii=False), repr(text)))


def _inner(encode: Callable[[bytes], bytes], secret: str, before: int) -> str:
    """The characters of base64 that are those of the secret, after so many bytes of something else (modulo 3)."""
    content = bytes(before) + secret.encode("utf-8", "surrogatepass")
    inner = encode(content).decode()[-(-before * 8 // 6) : len(content) * 8 // 6]
    return inner if len(inner) > SHORTEST else ""
