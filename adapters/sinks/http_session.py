"""The session that the settings of a sink over HTTP describe, and how all of them use it."""

from __future__ import annotations

from collections.abc import Mapping

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from adapters.http import Bounded, bounded
from adapters.secrets import Secret
from adapters.sinks.http_settings import Auth
from adapters.tls import Tls, secure

_EXCERPT = 16 << 10
"""Bytes that are read of an answer: its status is what counts."""


def session(auth: Auth | None, headers: Mapping[str, Secret], tls: Tls) -> requests.Session:
    """A session with these settings; the environment's proxies are used, its `.netrc` is not."""
    result = requests.Session()
    result.headers.update({name: value.get_secret_value() for name, value in headers.items()})
    result.auth = _authentication(auth)
    secure(result, tls)
    bounded(result, Bounded(_EXCERPT, excerpt=True))
    return result


def asked(  # noqa: PLR0913 - what a request is made of
    session: requests.Session,
    method: str,
    url: str,
    *,
    data: bytes | None,
    headers: Mapping[str, str],
    timeout: float | tuple[float, float],
) -> requests.Response:
    """An answer for `http_answer.judge`. A redirect is not followed.

    Raises what requests raises; `timeout` is in seconds, as in Bounded.
    """
    return session.request(
        method,
        url,
        data=data,
        headers=headers,
        timeout=timeout,
        verify=session.verify,  # said again, because a session's own gives way to REQUESTS_CA_BUNDLE
        allow_redirects=False,
    )


class _Bearer(AuthBase):
    """Sends a bearer token (RFC 6750), or nothing."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _authentication(auth: Auth | None) -> AuthBase:
    """What makes a session known; where nothing is configured, `.netrc` is not asked either."""
    if auth and auth.basic:
        return HTTPBasicAuth(auth.basic.username.encode(), auth.basic.password.get_secret_value().encode())
    return _Bearer(auth.bearer.get_secret_value() if auth and auth.bearer else None)
