"""Where OTLP is spoken: to a Collector, or to whatever else takes it over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from adapters.endpoint.settings import Auth, HeaderName, HttpUrl
from adapters.secrets import HeaderSecret
from adapters.settings import Duration, Field, Settings
from adapters.tls import Tls


class Endpoint(Settings):
    """`url` is without the path of a signal, such as http://127.0.0.1:4318: `v1/traces` and `v1/metrics` are added.

    The timeout is for a request and the whole answer.
    """

    url: HttpUrl
    auth: Auth | None = None
    headers: dict[HeaderName, HeaderSecret] = {}
    compression: Literal["gzip", "none"] = "gzip"
    timeout: Annotated[Duration, Field(gt=0)] = 10.0
    tls: Tls = Tls()


class MetricsEndpoint(Endpoint):
    """Where the sidecar's own metrics are told at each interval; its `resource` has these attributes, too."""

    every: Annotated[Duration, Field(ge=1)] = 60.0
    resource: dict[str, str] = {}
