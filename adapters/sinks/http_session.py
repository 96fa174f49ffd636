"""The session that the settings of a sink over HTTP describe, and how all of them use it."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from adapters.endpoint import session as endpoint
from adapters.endpoint.settings import Auth
from adapters.errors import TransientError
from adapters.http import Bounded, no_answer
from adapters.secrets import Secret
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.permission import Ask
from adapters.tls import Tls
from adapters.urls import origin

_EXCERPT = 16 << 10
"""Bytes that are read of an answer: its status is what counts."""


def session(auth: Auth | None, headers: Mapping[str, Secret], tls: Tls) -> requests.Session:
    """A session with these settings, as `endpoint.session` has it, that reads the beginning of an answer."""
    return endpoint.session(auth, headers, tls, Bounded(_EXCERPT, excerpt=True))


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
