"""What may be said of an error: those of requests hold the whole URL, and it may hold a secret."""

from __future__ import annotations

import requests


class Unusable(requests.RequestException):
    """An answer that is not taken, for a reason that may be told."""


def no_answer(error: OSError) -> str:
    """Why there is none, in the words of the cause that knows best."""
    if isinstance(error, Unusable) or not isinstance(error, requests.RequestException):
        return str(error)
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return f"the connection failed ({type(error).__name__})"
