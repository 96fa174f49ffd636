"""How a webhook knows its caller: a shared value in a header, or a signature over what it sends."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from adapters.secrets import Secrets
from adapters.settings import SecretStr, Settings, model_validator
from adapters.sources.auth.contract import Guard, HeaderName, Headers
from adapters.sources.auth.http_signature import HttpSignature, http_signature
from adapters.sources.auth.rsa import Rsa, rsa
from adapters.sources.auth.signature import Hmac, signature


class Basic(Settings):
    """HTTP Basic (RFC 7617): what a URL of the form `https://user:password@host/` makes a tool send."""

    username: str
    password: Secrets


class Header(Settings):
    """One header with a value agreed on beforehand."""

    name: HeaderName
    value: Secrets


class Auth(Settings):
    """Exactly one way to tell the caller; of several secrets, while they are being exchanged, any is right."""

    bearer: Secrets | None = None
    basic: Basic | None = None
    header: Header | None = None
    hmac: Hmac | None = None
    http_signature: HttpSignature | None = None
    rsa: Rsa | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        *first, last = type(self).model_fields
        if sum(getattr(self, way) is not None for way in (*first, last)) != 1:
            raise ValueError(f"expected exactly one of {', '.join(first)} and {last}")
        return self


def guard(auth: Auth) -> Guard:
    """The guard that the settings ask for."""
    [(way, settings)] = [(name, value) for name, value in auth if value is not None]
    return _GUARDS[way](settings)


def _bytes(secrets: Iterable[SecretStr]) -> list[bytes]:
    return [each.get_secret_value().encode() for each in secrets]


def _header(settings: Header) -> Guard:
    header, expected = settings.name.lower(), _bytes(settings.value)
    key = header.encode()
    return Guard(header, lambda headers: _one_of(headers.get(key, b""), expected))


def _basic(settings: Basic) -> Guard:
    pairs = (f"{settings.username}:".encode() + each for each in _bytes(settings.password))
    return _authorization("Basic", [b64encode(pair) for pair in pairs])


def _bearer(secrets: Iterable[SecretStr]) -> Guard:
    return _authorization("Bearer", _bytes(secrets))


def _authorization(scheme: str, credentials: list[bytes]) -> Guard:
    expected = [scheme.lower().encode() + b" " + each for each in credentials]

    def admits(headers: Headers) -> bool:
        given, _, rest = headers.get(b"authorization", b"").partition(b" ")
        return _one_of(given.lower() + b" " + rest.strip(), expected)

    return Guard("authorization", admits, challenge=f'{scheme} realm="cdevents-adapters"')


def _one_of(given: bytes, expected: list[bytes]) -> bool:
    return any([hmac.compare_digest(given, each) for each in expected])  # noqa: C419 - all are looked at


_GUARDS: Mapping[str, Callable[[Any], Guard]] = {
    "bearer": _bearer,
    "basic": _basic,
    "header": _header,
    "hmac": signature,
    "http_signature": http_signature,
    "rsa": rsa,
}
"""What makes a guard of each member of Auth."""
