"""How a webhook knows its caller: a shared value in a header, or a signature over the body.

Every comparison takes the same time whether it fails on the first byte or the last.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from adapters.secrets import Secret
from adapters.settings import Settings

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
"""A header's name (RFC 9110 §5.6.2, token), in any case."""

Headers = Mapping[bytes, bytes]
"""A request's headers as ASGI has them: lower-case names, bytes."""


class Basic(Settings):
    """HTTP Basic (RFC 7617): what a URL of the form `https://user:password@host/` makes a tool send."""

    username: str
    password: Secret


class Header(Settings):
    """One header with a value agreed on beforehand."""

    name: HeaderName
    value: Secret


class Hmac(Settings):
    """A hexadecimal HMAC of the body as it was sent, after `prefix`, in a header."""

    header: HeaderName
    secret: Secret
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    prefix: str = ""


class Auth(Settings):
    """Exactly one way to tell the caller."""

    bearer: Secret | None = None
    basic: Basic | None = None
    header: Header | None = None
    hmac: Hmac | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(way is not None for way in (self.bearer, self.basic, self.header, self.hmac)) != 1:
            raise ValueError("expected exactly one of bearer, basic, header and hmac")
        return self


AuthOrNone = Annotated[
    Annotated[Literal["none"], Tag("open")] | Annotated[Auth, Tag("auth")],
    Discriminator(lambda value: "open" if isinstance(value, str) else "auth"),
]
"""`none`, for whom it may concern, or a way to tell the caller."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Two questions: one before the body is read, one about the body exactly as it was sent.

    `header` carries the credential (lower case, empty when there is none): it is never kept. `challenge` is the
    `WWW-Authenticate` of a refusal (RFC 9110 §11.6.1), or empty.
    """

    header: str
    admits: Callable[[Headers], bool]
    signed: Callable[[Headers, bytes], bool] | None = None
    challenge: str = ""


def guard(auth: Auth | Literal["none"] | None) -> Guard:
    """The guard that the settings ask for; without any, everybody is let in."""
    if auth is None or auth == "none":
        return Guard("", lambda _headers: True)
    if auth.hmac is not None:
        return _signature(auth.hmac)
    if auth.header is not None:
        return _value(auth.header.name, auth.header.value.get_secret_value().encode())
    if auth.basic is not None:
        pair = f"{auth.basic.username}:{auth.basic.password.get_secret_value()}"
        return _authorization("Basic", b64encode(pair.encode()))
    assert auth.bearer is not None  # noqa: S101  # the model allows exactly one of the four
    return _authorization("Bearer", auth.bearer.get_secret_value().encode())


def _value(name: str, expected: bytes) -> Guard:
    header = name.lower()
    key = header.encode()
    return Guard(header, lambda headers: hmac.compare_digest(headers.get(key, b""), expected))


def _authorization(scheme: str, credentials: bytes) -> Guard:
    expected = scheme.lower().encode() + b" " + credentials

    def admits(headers: Headers) -> bool:
        given, _, rest = headers.get(b"authorization", b"").partition(b" ")
        return hmac.compare_digest(given.lower() + b" " + rest.strip(), expected)

    return Guard("authorization", admits, challenge=f'{scheme} realm="cdevents-adapters"')


def _signature(settings: Hmac) -> Guard:
    header, prefix = settings.header.lower(), settings.prefix.encode()
    key, secret = header.encode(), settings.secret.get_secret_value().encode()
    algorithm = getattr(hashlib, settings.algorithm)

    def signed(headers: Headers, body: bytes) -> bool:
        expected = prefix + hmac.new(secret, body, algorithm).hexdigest().encode()
        return hmac.compare_digest(headers.get(key, b""), expected)

    return Guard(header, lambda headers: headers.get(key, b"").startswith(prefix) and key in headers, signed)
