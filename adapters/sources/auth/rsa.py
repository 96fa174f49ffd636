"""An RSA signature over a field of a form, as Travis CI sends it; the public key is configured, or is asked for.

Travis signs the field `payload` (SHA-1, PKCS #1 v1.5, base64) and publishes its key in its configuration, at
https://api.travis-ci.com/config (docs.travis-ci.com, Verifying Webhook requests).
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Literal, Self

from adapters.extras import need
from adapters.late import late
from adapters.secrets import Secrets
from adapters.settings import Expected, Field, SecretStr, Settings, model_validator
from adapters.sources.auth.contract import Guard, HeaderName, Headers, Once, Undecided, Unproven
from adapters.urlencoded import pairs

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from adapters.sources.auth.published import Published

_published = late("adapters.sources.auth.published", "Published")
_LIBRARY = "cryptography"


class Rsa(Settings):
    """A signature in base64 of the field `form` of the body, or of all of it without one.

    `key` is a public key in PEM, or several while they are being exchanged; instead, `key_url` is asked for one, which
    is at `key_at` in its JSON. The defaults are those of Travis CI.
    """

    header: HeaderName = "Signature"
    form: str | None = "payload"
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha1"
    key: Secrets | None = None
    key_url: (
        Annotated[str, Field(pattern="^https?://"), Expected("a URL such as https://api.travis-ci.com/config")] | None
    ) = None
    key_at: str = "config.notifications.webhook.public_key"

    @model_validator(mode="after")
    def _one_way_to_the_key(self) -> Self:
        if (self.key is None) == (self.key_url is None):
            raise ValueError("expected exactly one of 'key', a public key in PEM, and 'key_url'")
        if find_spec(_LIBRARY):
            _keys(self.key or ())
        return self


def rsa(settings: Rsa) -> Guard:
    """The guard that asks for such a signature; raises ConfigError where the library for it is not installed."""
    need("rsa", _LIBRARY)
    header = settings.header.lower()
    keys = _keys(settings.key or ())
    published = _published(settings.key_url, settings.key_at) if settings.key_url else None
    proof = _Signature(settings, header.encode(), keys, published).proven
    return Guard(header, lambda headers: bool(headers.get(header.encode())), proof)


def _keys(secrets: Sequence[SecretStr]) -> tuple[RSAPublicKey, ...]:
    return tuple(_read(each.get_secret_value()) for each in secrets)


def _read(pem: str) -> RSAPublicKey:
    """Raises ValueError for what is none."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        problem = "a 'key' is a public key of RSA in PEM, which begins with -----BEGIN PUBLIC KEY-----"
        raise ValueError(problem)  # noqa: TRY004 - its text is wrong
    return key


@dataclass(frozen=True, slots=True)
class _Signature:
    settings: Rsa
    header: bytes
    keys: Sequence[RSAPublicKey]
    published: Published | None

    async def proven(self, headers: Headers, body: bytes, _now: datetime) -> Once | None:
        """As `Proof` has it; raises Undecided while the key cannot be had. There is no time in it."""
        given, message = _bytes(headers.get(self.header, b"")), self._message(body)
        if self.published is None:
            found = any(_right(key, given, message, self.settings.algorithm) for key in self.keys)
        else:
            found = await self._by_published(given, message)
        if not found:
            raise Unproven
        return None

    async def _by_published(self, given: bytes, message: bytes) -> bool:
        assert self.published is not None  # noqa: S101 - its caller looked
        algorithm = self.settings.algorithm
        try:
            if _right(_read(await self.published.key()), given, message, algorithm):
                return True
            renewed = await self.published.renewed()
            return renewed is not None and _right(_read(renewed), given, message, algorithm)
        except ValueError:
            raise Undecided("what is published is no public key of RSA") from None

    def _message(self, body: bytes) -> bytes:
        if self.settings.form is None:
            return body
        try:
            fields = pairs(body)
        except ValueError:
            raise Unproven from None
        values = [value for name, value in fields if name == self.settings.form.encode()]
        if len(values) != 1:
            raise Unproven
        return values[0]


def _bytes(value: bytes) -> bytes:
    try:
        return b64decode(value, validate=True)
    except ValueError:
        raise Unproven from None


def _right(key: RSAPublicKey, given: bytes, message: bytes, algorithm: str) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415

    try:
        key.verify(given, message, PKCS1v15(), getattr(hashes, algorithm.upper())())
    except InvalidSignature:
        return False
    return True
