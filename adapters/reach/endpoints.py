"""HTTP servers that events are posted to, asked by HEAD: it changes nothing, and shows who asks."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import requests

from adapters.errors import AdapterError
from adapters.http import no_answer
from adapters.sinks.actions.settings import HttpCallSettings
from adapters.sinks.http_session import asked, session
from adapters.sinks.http_settings import HttpSettings
from adapters.urls import origin

PATIENCE = 5.0
"""Seconds for an answer."""

_REFUSED = frozenset({401, 403, 407})
_FAILED = 500


async def http(settings: HttpSettings) -> str:
    """The status of the answer; one that refuses who asks, or says that the server fails, is none."""
    answer = await _asked(settings, settings.url)
    if answer.status_code in _REFUSED:
        raise AdapterError(f"{origin(settings.url)} refuses these credentials: it answered {answer.status_code}")
    if answer.status_code >= _FAILED:
        raise AdapterError(f"{origin(settings.url)} answered {answer.status_code}")
    return f"{origin(settings.url)} answers ({answer.status_code} to HEAD)"


async def http_call(settings: HttpCallSettings) -> str:
    """That the server is there: which of its pages there are, only events say."""
    parts = urlsplit(settings.url)
    answer = await _asked(settings, f"{parts.scheme}://{parts.netloc}/")
    return f"{origin(settings.url)} answers ({answer.status_code} to HEAD)"


async def _asked(settings: HttpSettings | HttpCallSettings, url: str) -> requests.Response:
    def ask() -> requests.Response:
        with session(settings.auth, settings.headers, settings.tls) as client:
            return asked(client, "HEAD", url, data=None, headers={}, timeout=PATIENCE)

    try:
        return await asyncio.to_thread(ask)
    except OSError as error:
        raise AdapterError(f"{origin(url)}: {no_answer(error)}") from None
