"""Gerrit's REST API, as much of it as a backfill asks."""

from __future__ import annotations

from typing import Any

import requests

from adapters.errors import AdapterError
from adapters.gerrit import client
from adapters.sources.gerrit_stream.settings import Http
from adapters.tls import Tls

Params = list[tuple[str, str]]

_NOT_FOUND = 404


class BackfillFailed(AdapterError):
    """Gerrit does not tell now what was missed: ask again later."""


class NotInstalled(BackfillFailed):
    """Gerrit does not know this address: the plugin is not installed, or not for this user."""


class Rest:
    """Blocking calls; each one raises BackfillFailed where there is no usable answer."""

    def __init__(self, settings: Http, instance: str) -> None:
        user = (settings.username, settings.password) if settings.username and settings.password else None
        self._api = client(settings.url or instance, user, Tls(ca=settings.ca), settings.timeout)

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
            return self._api.get(path, return_response=True, params=params)  # type: ignore[no-any-return]
        except requests.HTTPError as error:
            raise _refusal(error.response, path) from None
        except (OSError, ValueError) as error:
            raise BackfillFailed(f"GET {self._api.make_url(path)}: {error}") from None


def _refusal(response: requests.Response, path: str) -> BackfillFailed:
    said = " ".join(response.text.split())[:200]
    message = f"GET {path} answered {response.status_code}: {said}"
    if response.status_code == _NOT_FOUND:
        return NotInstalled(message)
    if response.status_code in (401, 403):
        return BackfillFailed(f"{message} (compare http.username and http.password with Gerrit's HTTP credentials)")
    return BackfillFailed(message)
