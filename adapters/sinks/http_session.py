"""The session that the settings of a sink over HTTP describe, and how all of them use it."""

from __future__ import annotations

from collections.abc import Mapping

import requests
from requests.auth import AuthBase

from adapters.errors import TransientError
from adapters.http import Basic, Bearer, Bounded, bounded, no_answer
from adapters.secrets import Secret
from adapters.sinks.http_settings import Auth, HttpSettings
from adapters.sinks.permission import Ask
from adapters.tls import Tls, secure
from adapters.urls import origin

_EXCERPT = 16 << 10
"""Bytes that are read of an answer: its status is what counts."""


def session(auth: Auth | None, headers: Mapping[str, Secret], tls: Tls) -> requests.Session:
    """A session with these settings; the environment's proxies are used, its `.netrc` is not."""
    result = _Session(headers)
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


def asking(settings: HttpSettings) -> Ask:
    """What asks for permission where these settings say, over a connection of its own."""
    timeout = (settings.connect_timeout, settings.read_timeout)

    def ask(headers: Mapping[str, str]) -> requests.Response:
        try:
            with session(settings.auth, settings.headers, settings.tls) as client:
                return asked(client, "OPTIONS", settings.url, data=None, headers=headers, timeout=timeout)
        except OSError as error:
            raise TransientError(f"OPTIONS {origin(settings.url)}: {no_answer(error)}") from None

    return ask


class _Session(requests.Session):
    """Sends headers as they are now, which may be secrets that are replaced."""

    def __init__(self, headers: Mapping[str, Secret]) -> None:
        super().__init__()
        self._secret = headers

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """As in requests."""
        self.headers.update({name: value.get_secret_value() for name, value in self._secret.items()})
        return super().prepare_request(request)


def _authentication(auth: Auth | None) -> AuthBase:
    """What makes a session known; where nothing is configured, `.netrc` is not asked either."""
    if auth and auth.basic:
        return Basic(auth.basic.username, auth.basic.password.get_secret_value)
    return Bearer(auth.bearer.get_secret_value if auth and auth.bearer else None)
