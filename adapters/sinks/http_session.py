"""The session that the settings of an HTTP sink describe."""

from __future__ import annotations

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from adapters.sinks.http_settings import Auth, HttpSettings
from adapters.tls import secure


def session(settings: HttpSettings) -> requests.Session:
    """A session with these settings; the environment's proxies are used, its `.netrc` is not."""
    result = requests.Session()
    result.headers.update({name: value.get_secret_value() for name, value in settings.headers.items()})
    result.auth = authentication(settings.auth)
    secure(result, settings.tls)
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
