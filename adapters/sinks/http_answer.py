"""What an HTTP server's answer, or that there is none, means for a message."""

from __future__ import annotations

from urllib.parse import urljoin

import requests

from adapters.errors import PermanentError, TransientError
from adapters.http import retry_after
from adapters.redaction import Redact
from adapters.urls import origin

_TRY_LATER = frozenset({401, 407, 408, 425, 429})
"""Statuses below 500 that say nothing against the message: wait for the server, or for somebody to renew a token."""
_EXCERPT = 200


def judge(response: requests.Response, now: float, redact: Redact) -> None:
    """Returns for any 2xx; raises what `refusal` makes of anything else, with the beginning of what was answered.

    The answer is to be that of a request that followed no redirects. `now` is in seconds since 1970.
    `redact` leaves out what a server may repeat of what it was sent.
    """
    status = response.status_code
    text = _redirection(response) if response.is_redirect else said(redact(response.content.decode(errors="replace")))
    if 200 <= status < 300:  # noqa: PLR2004 - the class of statuses that RFC 9110 calls successful
        return
    answer = f"{_asked(response.request)} answered {status} {said(redact(response.reason or ''))}".rstrip()
    message = f"{answer}: {text}" if text else answer
    raise refusal(response, message, now)


def refusal(response: requests.Response, message: str, now: float) -> TransientError | PermanentError:
    """The error of an answer's status: what may go better later, after what `Retry-After` says, or what never will."""
    status = response.status_code
    if status >= 500 or status in _TRY_LATER:  # noqa: PLR2004 - the class that RFC 9110 calls server errors
        return TransientError(message, retry_after=retry_after(response.headers.get("retry-after"), now))
    return PermanentError(message)


def said(text: str) -> str:
    """The beginning of what a server says, on one line; secrets are left out before, for it may end within one."""
    return " ".join(text.split())[:_EXCERPT]


def _asked(request: requests.PreparedRequest) -> str:
    return f"{request.method} {origin(request.url or '')}"


def _redirection(response: requests.Response) -> str:
    try:
        place = origin(urljoin(response.url, response.headers["location"]))
    except ValueError:
        return "it redirects to what is no URL"
    return f"it redirects to {place}; configure the final URL"
