"""Calls any HTTP endpoint for an event, with a URL and a JSON body shaped by it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson
import requests

from adapters.errors import PermanentError, TransientError
from adapters.http import no_answer
from adapters.redaction import redaction
from adapters.sinks.actions import place
from adapters.sinks.actions.settings import HttpCallSettings
from adapters.sinks.actions.shape import shape, shaped
from adapters.sinks.actions.sink import ActionSink
from adapters.sinks.http_answer import judge
from adapters.sinks.http_session import asked, session
from adapters.urls import origin

_NO_URL = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)


def http_call(settings: HttpCallSettings) -> ActionSink:
    """A sink that makes the call once for each event; answers are judged as those of the http sink."""
    redact = redaction(settings)
    client = session(settings.auth, settings.headers, settings.tls)
    url, body = place.url(settings.url, settings.tables), shape(settings.body, settings.tables)

    def act(document: Mapping[str, Any]) -> None:
        where = url(document)
        data = None if settings.body is None else orjson.dumps(shaped(body, document))
        headers = {"Idempotency-Key": document["context"]["id"], "Content-Type": "application/json"}
        try:
            judge(
                asked(client, settings.method, where, data=data, headers=headers, timeout=settings.timeout),
                time.time(),
                redact,
            )
        except _NO_URL:
            raise PermanentError(
                "the event makes no URL that could be called: compare it with the sink's url"
            ) from None
        except OSError as error:
            raise TransientError(f"{settings.method} {origin(where)}: {no_answer(error)}") from None

    return ActionSink(settings, act)
