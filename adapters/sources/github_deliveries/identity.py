"""How a GitHub App says who it is: a JSON Web Token that it signs itself, for each request.

docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable

import orjson
import requests
from requests.auth import AuthBase

from adapters.errors import ConfigError, Problem
from adapters.extras import need
from adapters.sources.github_deliveries.settings import App

AGO, AHEAD = 60, 300
"""Seconds before and after now for which a token holds: clocks differ, and GitHub takes ten minutes at most."""


class AppToken(AuthBase):
    """A bearer token that is made for each request; `clock` gives seconds since 1970."""

    def __init__(self, app: App, clock: Callable[[], float]) -> None:
        """Raises ConfigError where the library is not installed, or the key is none."""
        need("rsa", "cryptography")
        self._app, self._clock = app, clock
        self.signed()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with a token."""
        request.headers["Authorization"] = f"Bearer {self.signed()}"
        return request

    def signed(self) -> str:
        """A token, by the key as it is now."""
        now = int(self._clock())
        claims: dict[str, str | int] = {"iat": now - AGO, "exp": now + AHEAD, "iss": self._app.id}
        text = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{text}.{_base64(_signature(self._app.key.get_secret_value(), text.encode()))}"


def _part(value: dict[str, str | int]) -> str:
    return _base64(orjson.dumps(value))


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _signature(pem: str, text: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        hint = "the file that GitHub gives for the App under 'Private keys', by ${file:path}"
        raise ConfigError([Problem("app.key", "is not a private key of RSA in PEM", hint)])
    return key.sign(text, PKCS1v15(), SHA256())
