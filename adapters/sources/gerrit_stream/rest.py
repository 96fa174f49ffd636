"""Gerrit's REST API, as much of it as a backfill asks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from adapters.errors import AdapterError
from adapters.sources.gerrit_stream.settings import Http

if TYPE_CHECKING:
    from pygerrit2 import GerritRestAPI

Params = list[tuple[str, str]]

_NOT_FOUND = 404


class BackfillFailed(AdapterError):
    """Gerrit does not tell now what was missed: ask again later."""


class NotInstalled(BackfillFailed):
    """Gerrit does not know this address: the plugin is not installed, or not for this user."""


class Rest:
    """Blocking calls; each one raises BackfillFailed where there is no usable answer."""

    def __init__(self, settings: Http, instance: str) -> None:
        self._timeout = settings.timeout
        self._api = _client(settings, settings.url or instance)

    def json(self, path: str, params: Params) -> Any:
        """The decoded answer of an endpoint."""
        return self._get(path, params)[0]

    def lines(self, path: str, params: Params) -> list[bytes]:
        """The lines of an answer in plain text."""
        _, response = self._get(path, params)
        content: bytes = response.content
        return content.splitlines()

    def _get(self, path: str, params: Params) -> tuple[Any, requests.Response]:
        try:
            return self._api.get(path, return_response=True, params=params, timeout=self._timeout)  # type: ignore[no-any-return]
        except requests.HTTPError as error:
            raise _refusal(error.response, path) from None
        except (OSError, ValueError) as error:
            raise BackfillFailed(f"GET {self._api.make_url(path)}: {error}") from None


def _client(settings: Http, url: str) -> GerritRestAPI:
    from pygerrit2 import Anonymous, GerritRestAPI  # noqa: PLC0415 - only who uses this source needs it

    logging.getLogger("pygerrit2").handlers.clear()  # it brings one of its own, which writes beside our log
    auth = Anonymous()
    if settings.username and settings.password:
        auth = HTTPBasicAuth(settings.username.encode(), settings.password.get_secret_value().encode())
    once = HTTPAdapter()  # who asks tries again, and can be stopped while it waits
    return GerritRestAPI(url, auth=auth, verify=str(settings.ca) if settings.ca else True, adapter=once)


def _refusal(response: requests.Response, path: str) -> BackfillFailed:
    said = " ".join(response.text.split())[:200]
    message = f"GET {path} answered {response.status_code}: {said}"
    if response.status_code == _NOT_FOUND:
        return NotInstalled(message)
    if response.status_code in (401, 403):
        return BackfillFailed(f"{message} (compare http.username and http.password with Gerrit's HTTP credentials)")
    return BackfillFailed(message)
