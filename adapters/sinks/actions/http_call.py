"""Calls any HTTP endpoint for an event, with a URL and a JSON body shaped by it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson
import requests

from adapters.errors import PermanentError, TransientError
from adapters.sinks.actions.settings import HttpCallSettings
from adapters.sinks.actions.shape import shape, shaped, text
from adapters.sinks.actions.sink import ActionSink
from adapters.sinks.http_answer import judge, no_answer, origin
from adapters.sinks.http_session import authentication
from adapters.tls import secure

_NO_URL = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)


def http_call(settings: HttpCallSettings) -> ActionSink:
    """A sink that makes the call once for each event; answers are judged as those of the http sink."""
    session = requests.Session()
    session.auth = authentication(settings.auth)
    session.headers.update({name: value.get_secret_value() for name, value in settings.headers.items()})
    secure(session, settings.tls)
    url, body = shape(settings.url, settings.tables), shape(settings.body, settings.tables)

    def act(document: Mapping[str, Any]) -> None:
        where = text(url, document)
        data = None if settings.body is None else orjson.dumps(shaped(body, document))
        headers = {"Idempotency-Key": document["context"]["id"], "Content-Type": "application/json"}
        try:
            with session.request(
                settings.method,
                where,
                data=data,
                headers=headers,
                timeout=settings.timeout,
                verify=session.verify,  # said again, because a session's own gives way to REQUESTS_CA_BUNDLE
                allow_redirects=False,
                stream=True,
            ) as answer:
                judge(answer, time.time())
        except _NO_URL:
            raise PermanentError(
                "the event makes no URL that could be called: compare it with the sink's url"
            ) from None
        except OSError as error:
            raise TransientError(f"{settings.method} {origin(where)}: {no_answer(error)}") from None

    return ActionSink(settings, act)
