"""What an HTTP server's answer, or that there is none, means for a message."""

from __future__ import annotations

from contextlib import suppress
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from adapters.errors import PermanentError, TransientError

_TRY_LATER = frozenset({401, 407, 408, 425, 429})
"""Statuses below 500 that say nothing against the message: wait for the server, or for somebody to renew a token."""
_EXCERPT = 200


def judge(response: requests.Response, now: float) -> None:
    """Returns for any 2xx; raises what `refusal` makes of anything else, with the beginning of what was answered.

    The answer is to be a streamed one, of a request that followed no redirects. `now` is in seconds since 1970.
    """
    status = response.status_code
    text = _redirection(response) if response.is_redirect else _excerpt(response)
    if 200 <= status < 300:  # noqa: PLR2004 - the class of statuses that RFC 9110 calls successful
        return
    answer = f"{_asked(response.request)} answered {status} {response.reason or ''}".rstrip()
    message = f"{answer}: {text}" if text else answer
    raise refusal(response, message, now)


def refusal(response: requests.Response, message: str, now: float) -> TransientError | PermanentError:
    """The error of an answer's status: what may go better later, after what `Retry-After` says, or what never will."""
    status = response.status_code
    if status >= 500 or status in _TRY_LATER:  # noqa: PLR2004 - the class that RFC 9110 calls server errors
        return TransientError(message, retry_after=retry_after(response.headers.get("retry-after"), now))
    return PermanentError(message)


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait by a `Retry-After` header, in seconds or an HTTP date; None where it says nothing usable."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    with suppress(ValueError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    return None


def origin(url: str) -> str:
    """A URL without its path, query and user, which may hold a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def no_answer(error: OSError) -> str:
    """Why there is none, in the words of the cause that knows best: those of requests hold the whole URL."""
    if not isinstance(error, requests.RequestException):
        return str(error)
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return f"the connection failed ({type(error).__name__})"


def _asked(request: requests.PreparedRequest) -> str:
    return f"{request.method} {origin(request.url or '')}"


def _redirection(response: requests.Response) -> str:
    return f"it redirects to {origin(urljoin(response.url, response.headers['location']))}; configure the final URL"


def _excerpt(response: requests.Response) -> str:
    """The beginning of an answer, on one line; reading it to its end is what keeps the connection."""
    try:
        content = response.raw.read(1 << 14, decode_content=True) or b""
    except (urllib3.exceptions.HTTPError, OSError):
        return ""
    return " ".join(content.decode(errors="replace").split())[:_EXCERPT]
