"""Calling again after an error, with pauses that grow, as tenacity does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential, wait_random

from adapters.errors import AdapterError, TransientError
from adapters.route.persistence import LONGEST_PAUSE, Noted, Sleep

_BACK_OFF = wait_exponential(multiplier=0.5, max=60) + wait_random(0, 1)


def again(error_type: type[AdapterError], note: Noted, sleep: Sleep) -> Callable[..., Awaitable[Any]]:
    """Calls work until it ends without an error of that type."""

    async def before_sleep(state: RetryCallState) -> None:
        await note(_error(state), state.attempt_number, round(state.upcoming_sleep, 3))

    retry = retry_if_exception_type(error_type)
    return AsyncRetrying(sleep=sleep, wait=_pause, retry=retry, before_sleep=before_sleep, reraise=True)


def _pause(state: RetryCallState) -> float:
    error = _error(state)
    if isinstance(error, TransientError) and (error.delivered or error.beyond):
        state.attempt_number = 1
    asked = error.retry_after if isinstance(error, TransientError) else None
    return min(max(_BACK_OFF(state), asked or 0.0), LONGEST_PAUSE)


def _error(state: RetryCallState) -> AdapterError:
    error = state.outcome and state.outcome.exception()
    assert isinstance(error, AdapterError)  # noqa: S101 - only those are retried
    return error
