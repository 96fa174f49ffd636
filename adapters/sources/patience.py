"""Trying again for as long as it takes, after longer and longer pauses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential, wait_random

from adapters.errors import AdapterError

Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger(__name__)


def patient(
    source: str, error: type[AdapterError], trouble: str, sleep: Sleep, *, longest: float = 300
) -> AsyncRetrying:
    """Calls again after such an error: after a second, two, four, up to `longest`. It serves one task at a time."""

    def note(state: RetryCallState) -> None:
        reason, pause = state.outcome and state.outcome.exception(), round(state.upcoming_sleep, 1)
        _log.warning(trouble, source=source, reason=str(reason), pause=pause)

    back_off = wait_exponential(multiplier=1, max=longest) + wait_random(0, 1)
    retry = retry_if_exception_type(error)
    return AsyncRetrying(sleep=sleep, wait=back_off, retry=retry, before_sleep=note, reraise=True)
