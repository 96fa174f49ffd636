"""Work that is done again until it succeeds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from adapters.errors import AdapterError, JournalUnavailable, TransientError
from adapters.late import late

LONGEST_PAUSE = 600.0
"""Seconds after which a sink is tried again, whatever it asked for."""

Sleep = Callable[[float], Awaitable[None]]
Noted = Callable[[AdapterError, int, float], Awaitable[None]]
"""Is told the error, the attempt's number and the pause that follows."""

_again = late("adapters.route.backoff", "again")


def retrying(
    error_type: type[TransientError | JournalUnavailable], note: Noted, sleep: Sleep
) -> Callable[..., Awaitable[Any]]:
    """Calls again for ever after one type of error, of which `note` is told.

    What tenacity does around a call takes longer than most calls, so that it comes into play with the first error, and
    is imported then.
    """

    async def persistently(work: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        try:
            return await work(*arguments)
        except error_type as error:
            return await _again(error_type, note, sleep)(_having_failed(error, work), *arguments)

    return persistently


def _having_failed(error: AdapterError, work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Work whose first attempt, which is over, ended in an error."""
    failed = [error]

    async def attempt(*arguments: Any) -> Any:
        if failed:
            raise failed.pop()
        return await work(*arguments)

    return attempt
