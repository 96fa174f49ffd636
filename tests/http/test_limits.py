"""How long a server wants to be left alone, as servers say it."""

from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from adapters.http import exhausted, left_alone

NOW = 1_777_888_800.0
"""2026-05-04T10:00:00Z."""


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "17"}, 17),
        (503, {"Retry-After": "Mon, 04 May 2026 10:00:30 GMT"}, 30),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777888890"}, 90),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777888890000"}, 90),
        (429, {"RateLimit-Remaining": "0", "RateLimit-Reset": "45"}, 45),
        (429, {"RateLimit": "limit=100, remaining=0, reset=12"}, 12),
        (429, {"RateLimit": '"default";r=0;t=8'}, 8),
        (429, {"Retry-After": "0"}, 1),
        (429, {"Retry-After": "999999"}, 3600),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777888700"}, 1),
        (429, {"Retry-After": "soon"}, 60),
        (429, {}, 60),
        (403, {}, None),
        (403, {"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": "1777888890"}, None),
        (503, {}, None),
        (500, {"Retry-After": "5"}, None),
        (404, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777888890"}, None),
    ],
)
def test_a_refusal_says_for_how_long(status: int, headers: dict[str, str], seconds: float | None) -> None:
    """By Retry-After first, then by what is left of a limit; what is refused for another reason is no limit."""
    assert left_alone(status, CaseInsensitiveDict(headers), NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777888805"}, 5),
        ({"RateLimit": '"hourly";r=10;t=3600'}, None),
        ({"RateLimit": "limit=100, remaining=0.5, reset=12"}, None),
        ({"X-RateLimit-Remaining": "0"}, None),
        ({}, None),
    ],
)
def test_an_answer_says_that_it_was_the_last(headers: dict[str, str], seconds: float | None) -> None:
    """So that the next question waits, instead of being refused."""
    assert exhausted(CaseInsensitiveDict(headers), NOW) == seconds
