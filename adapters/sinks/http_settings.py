"""The settings of the HTTP sink."""

from __future__ import annotations

from typing import Annotated, Literal

from adapters.endpoint.settings import Auth, HeaderName, HttpUrl
from adapters.secrets import HeaderSecret
from adapters.settings import Duration, Field
from adapters.sinks.contract import SinkSettings
from adapters.sinks.permission import Handshake
from adapters.sinks.signing import Signing
from adapters.tls import Tls


class HttpSettings(SinkSettings):
    """Where to post, with which headers; the read timeout is for the whole answer.

    Few requests are under way at once where the server is quick, up to `connections` where it takes its time: those of
    one partition key never are. A batch of a hundred then takes three rounds of them. With `handshake` it is
    asked for permission to send CloudEvents there before anything is sent, and then they go one by one. With `sign`
    each attempt has a signature.
    """

    type: Literal["http"]
    url: HttpUrl
    auth: Auth | None = None
    sign: Signing | None = None
    headers: dict[HeaderName, HeaderSecret] = {}
    connect_timeout: Annotated[Duration, Field(gt=0)] = 5.0
    read_timeout: Annotated[Duration, Field(gt=0)] = 30.0
    tls: Tls = Tls()
    connections: Annotated[int, Field(ge=1, le=1000)] = 34
    handshake: Handshake | None = None
