"""For how long a server wants to be left alone, in whichever of the usual headers it says so.

`Retry-After` is of RFC 9110, `X-RateLimit-*` GitHub's and many others', `RateLimit` and `RateLimit-*` those of the
drafts of draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime

LONGEST = 3600.0
"""Seconds for which a server is left alone at most, whatever it says."""

_FORBIDDEN, _TOO_MANY, _UNAVAILABLE = 403, 429, 503
_PAUSE = 60.0
_EPOCH, _EPOCH_MS = 1e9, 1e12
_LEFT = re.compile(r"(?:^|[;,\s])(?:r|remaining)=0(?![\d.])")
_UNTIL = re.compile(r"(?:^|[;,\s])(?:t|reset)=(\d{1,10})(?![\d.])")


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait by a `Retry-After` header, in seconds or an HTTP date; None where it says nothing usable."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    with suppress(ValueError, OverflowError, TypeError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    return None


def left_alone(status: int, headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until a server that answered with this status may be asked again; None where it was not asked too often.

    `headers` are found in any case; `now` is in seconds since 1970. A 429 that says nothing is a minute.
    """
    if status not in (_FORBIDDEN, _TOO_MANY, _UNAVAILABLE):
        return None
    if (after := retry_after(headers.get("retry-after"), now)) is not None:
        return _bound(after)
    return exhausted(headers, now) or (_PAUSE if status == _TOO_MANY else None)


def exhausted(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until there are requests again, where an answer says that it was the last one; None where there are."""
    return next((_bound(seconds) for seconds in _resets(headers, now)), None)


def _resets(headers: Mapping[str, str], now: float) -> Iterator[float]:
    for prefix in ("x-ratelimit-", "ratelimit-"):
        if headers.get(f"{prefix}remaining") == "0" and (reset := retry_after(headers.get(f"{prefix}reset"), now)):
            yield _until(reset, now)
    said = headers.get("ratelimit", "")
    if _LEFT.search(said) and (until := _UNTIL.search(said)):
        yield float(until[1])


def _until(reset: float, now: float) -> float:
    """Of seconds, or of a time since 1970 in seconds or milliseconds: servers differ."""
    if reset >= _EPOCH_MS:
        return reset / 1000 - now
    return reset - now if reset >= _EPOCH else reset


def _bound(seconds: float) -> float:
    return min(max(seconds, 1.0), LONGEST)
