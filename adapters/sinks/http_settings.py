"""The settings of the HTTP sink, and the session that they describe."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import requests
from pydantic import AfterValidator, Field, model_validator
from requests.auth import AuthBase, HTTPBasicAuth

from adapters.secrets import Secret
from adapters.settings import Duration, Settings
from adapters.sinks.contract import SinkSettings
from adapters.tls import Tls

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
"""A header's name (RFC 9110 §5.6.2, token), in any case."""


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected a URL such as https://events.example.com/cdevents")
    if "@" in parts.netloc:
        raise ValueError("expected a URL without a user name or password: write them under 'auth'")
    return value


class Basic(Settings):
    """HTTP Basic (RFC 7617)."""

    username: str
    password: Secret


class Auth(Settings):
    """One way to be known to the server."""

    bearer: Secret | None = None
    basic: Basic | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.bearer is None) == (self.basic is None):
            raise ValueError("expected exactly one of bearer and basic")
        return self


class HttpSettings(SinkSettings):
    """Where to post, with which headers; the read timeout is for the silence before and within an answer."""

    type: Literal["http"]
    url: Annotated[str, AfterValidator(_http_url)]
    auth: Auth | None = None
    headers: dict[HeaderName, Secret] = {}
    connect_timeout: Annotated[Duration, Field(gt=0)] = 5.0
    read_timeout: Annotated[Duration, Field(gt=0)] = 30.0
    tls: Tls = Tls()


def session(settings: HttpSettings) -> requests.Session:
    """A session with these settings; the environment's proxies are used, its `.netrc` is not."""
    result = requests.Session()
    result.headers.update({name: value.get_secret_value() for name, value in settings.headers.items()})
    result.auth = authentication(settings.auth)
    tls = settings.tls
    result.verify = str(tls.ca) if tls.verify and tls.ca else tls.verify
    if tls.certificate:
        result.cert = (str(tls.certificate), str(tls.key)) if tls.key else str(tls.certificate)
    return result


class _Bearer(AuthBase):
    """Sends a bearer token (RFC 6750), or nothing."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def authentication(auth: Auth | None) -> AuthBase:
    """What makes a session known; where nothing is configured, `.netrc` is not asked either."""
    if auth and auth.basic:
        return HTTPBasicAuth(auth.basic.username.encode(), auth.basic.password.get_secret_value().encode())
    return _Bearer(auth.bearer.get_secret_value() if auth and auth.bearer else None)
