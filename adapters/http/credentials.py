"""Who asks, said anew with each request: a password or a token may have been replaced since the last one."""

from __future__ import annotations

from collections.abc import Callable

import requests
from requests.auth import AuthBase, HTTPBasicAuth


class Basic(AuthBase):
    """HTTP Basic (RFC 7617), in UTF-8."""

    def __init__(self, username: str, password: Callable[[], str]) -> None:
        self._username, self._password = username, password

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with the password as it is now."""
        known = HTTPBasicAuth(self._username.encode(), self._password().encode())
        known(request)
        return request


class Bearer(AuthBase):
    """A bearer token (RFC 6750), or nothing where there is none, not even what a `.netrc` has."""

    def __init__(self, token: Callable[[], str] | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with the token as it is now."""
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token()}"
        return request
