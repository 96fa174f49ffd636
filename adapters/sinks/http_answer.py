"""What it means for a message that an HTTP server did not answer 2xx."""

from __future__ import annotations

from contextlib import suppress
from email.utils import parsedate_to_datetime

from adapters.errors import PermanentError, TransientError

_TRY_LATER = frozenset({401, 407, 408, 425, 429})
"""Statuses below 500 that say nothing against the message: wait for the server, or for somebody to renew a token."""


def refusal(status: int, message: str, again: str | None, now: float) -> TransientError | PermanentError:
    """The error of a status: what may go better later, after what `Retry-After` says (`again`), or what never will."""
    if status >= 500 or status in _TRY_LATER:  # noqa: PLR2004 - the class that RFC 9110 calls server errors
        return TransientError(message, retry_after=retry_after(again, now))
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
