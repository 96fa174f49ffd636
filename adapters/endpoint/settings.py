"""Settings of an HTTP endpoint: where it is, who asks, and what is sent along."""

from __future__ import annotations

import re
from typing import Annotated, Self

from adapters.secrets import HeaderSecret
from adapters.settings import AfterValidator, Expected, Field, Settings, model_validator
from adapters.urls import is_callable

HeaderName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"), Expected("the name of a header, such as X-Site")
]
"""A header's name (RFC 9110 §5.6.2, token), in any case."""


_USER = re.compile(r"(?i)https?://[^/?#]*@")


def _is_http(value: str) -> str:
    if _USER.match(value):
        raise ValueError("expected a URL without a user name or password: write them under 'auth'")
    if not is_callable(value):
        raise ValueError("expected a URL such as https://events.example.com/cdevents")
    return value


Called = AfterValidator(_is_http)
"""What is said of a URL that is to be called: its host and port can be ones, and there is no user in it."""

HttpUrl = Annotated[str, Called]
"""A URL of HTTP or HTTPS, without a user in it."""


class Basic(Settings):
    """HTTP Basic (RFC 7617)."""

    username: str
    password: HeaderSecret


class Auth(Settings):
    """One way to be known to the server."""

    bearer: HeaderSecret | None = None
    basic: Basic | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.bearer is None) == (self.basic is None):
            raise ValueError("expected exactly one of bearer and basic")
        return self
