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
from adapters.sinks.http_answer import refusal
from adapters.sinks.http_session import authentication


def http_call(settings: HttpCallSettings) -> ActionSink:
    """A sink that makes the call once for each event."""
    session = requests.Session()
    session.auth = authentication(settings.auth)
    session.headers.update({name: value.get_secret_value() for name, value in settings.headers.items()})
    url, body = shape(settings.url, settings.tables), shape(settings.body, settings.tables)

    def act(document: Mapping[str, Any]) -> None:
        data = None if settings.body is None else orjson.dumps(shaped(body, document))
        headers = {"Idempotency-Key": document["context"]["id"], "Content-Type": "application/json"}
        try:
            answer = session.request(
                settings.method, text(url, document), data=data, headers=headers, timeout=settings.timeout
            )
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema) as error:
            raise PermanentError(f"the event makes no URL: {error}") from None
        except requests.RequestException as error:
            raise TransientError(f"the endpoint cannot be reached ({type(error).__name__})") from None
        _judge(answer)

    return ActionSink(settings, act)


def _judge(answer: requests.Response) -> None:
    if answer.ok:
        return
    message = f"the endpoint answered {answer.status_code} {answer.reason}"
    raise refusal(answer.status_code, message, answer.headers.get("retry-after"), time.time())
