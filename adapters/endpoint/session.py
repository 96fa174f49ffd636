"""The session that the settings of an endpoint describe."""

from __future__ import annotations

from collections.abc import Mapping

import requests
from requests.auth import AuthBase

from adapters.endpoint.settings import Auth
from adapters.http import Basic, Bearer, Bounded, bounded
from adapters.secrets import Secret
from adapters.tls import Tls, secure


def session(auth: Auth | None, headers: Mapping[str, Secret], tls: Tls, adapter: Bounded) -> requests.Session:
    """A session with these settings; the environment's proxies are used, its `.netrc` is not."""
    result = _Session(headers)
    result.auth = _authentication(auth)
    secure(result, tls)
    bounded(result, adapter)
    return result


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
