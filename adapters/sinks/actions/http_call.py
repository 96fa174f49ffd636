"""Calls any HTTP endpoint for an event, with a URL and a JSON body shaped by it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson
import requests

from adapters.errors import PermanentError, TransientError
from adapters.http import no_answer
from adapters.model import Message
from adapters.redaction import redaction
from adapters.sinks.actions import place
from adapters.sinks.actions.asked import asking
from adapters.sinks.actions.settings import HttpCallSettings
from adapters.sinks.actions.shape import shape, shaped
from adapters.sinks.actions.sink import ActionSink
from adapters.sinks.http_answer import judge
from adapters.sinks.http_session import asked, session
from adapters.urls import below, origin

_NO_URL = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)


class Call(NamedTuple):
    """A call to make; without `data` it has no body."""

    method: str
    url: str
    id: str
    data: bytes | None
    headers: Mapping[str, str] = {}


def http_call(settings: HttpCallSettings) -> ActionSink[Call]:
    """A sink that makes the call once for each message; answers are judged as those of the http sink."""
    redact = redaction(settings)
    client = session(settings.auth, settings.headers, settings.tls)

    def act(call: Call) -> None:
        headers = {name.lower(): value for name, value in call.headers.items()}
        headers |= {"idempotency-key": call.id, "content-type": "application/json"}
        if settings.sign:
            headers |= settings.sign.headers(call.id, call.data or b"", time.time())
        try:
            judge(
                asked(client, call.method, call.url, data=call.data, headers=headers, timeout=settings.timeout),
                time.time(),
                redact,
            )
        except _NO_URL:
            raise PermanentError(
                "the event makes no URL that could be called: compare it with the sink's url"
            ) from None
        except OSError as error:
            raise TransientError(f"{call.method} {origin(call.url)}: {no_answer(error)}") from None

    return ActionSink(settings, asking(_of_event(settings), _of_message(settings)), act)


def _of_event(settings: HttpCallSettings) -> Callable[[Mapping[str, Any]], Call]:
    url, body = place.url(settings.url, settings.tables), shape(settings.body, settings.tables)

    def call(document: Mapping[str, Any]) -> Call:
        data = None if settings.body is None else orjson.dumps(shaped(body, document))
        return Call(settings.method, url(document), document["context"]["id"], data)

    return call


def _of_message(settings: HttpCallSettings) -> Callable[[Message], Call]:
    def call(message: Message) -> Call:
        where, id_ = message.place, message.attributes["id"]
        url = below(settings.url, where.path)
        return Call(where.method or settings.method, url, id_, message.data, where.headers)

    return call
