"""Trying again for as long as it takes, after longer and longer pauses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential, wait_random

from adapters.errors import AdapterError
from adapters.logs import Outage

Result = TypeVar("Result")

Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger(__name__)


class Limited(AdapterError):
    """It was asked too often: it is to be left alone for so many seconds."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Patience:
    """Calls again after an error, and tells when it went well after that, for one task at a time."""

    def __init__(self, source: str, trouble: str, retrying: AsyncRetrying) -> None:
        self._source, self._trouble, self._retrying = source, trouble, retrying
        self._outage = Outage()
        retrying.before_sleep = self._note

    async def __call__(self, work: Callable[..., Awaitable[Result]], *arguments: Any) -> Result:
        """What the work returns in the end."""
        result: Result = await self._retrying(work, *arguments)
        self.again()
        return result

    def again(self) -> None:
        """Tells that it goes well, for work that does not come to an end."""
        if (away := self._outage.ended()) is not None:
            _log.info("it goes on again", source=self._source, after=self._trouble, away=away)

    def _note(self, state: RetryCallState) -> None:
        self._outage.begun()
        reason, pause = state.outcome and state.outcome.exception(), round(state.upcoming_sleep, 1)
        _log.warning(self._trouble, source=self._source, reason=str(reason), pause=pause)


def patient(source: str, error: type[AdapterError], trouble: str, sleep: Sleep, *, longest: float = 300) -> Patience:
    """Calls again after such an error: after a second, two, four, up to `longest`. It serves one task at a time."""
    back_off = wait_exponential(multiplier=1, max=longest) + wait_random(0, 1)
    retry = retry_if_exception_type(error)
    return Patience(source, trouble, AsyncRetrying(sleep=sleep, wait=back_off, retry=retry, reraise=True))


async def gently(source: str, sleep: Sleep, work: Callable[..., Awaitable[Result]], *arguments: Any) -> Result:
    """What the work returns, done anew after every pause that a Limited asks for."""
    while True:
        try:
            return await work(*arguments)
        except Limited as error:
            _log.warning("asked too often, it is left alone", source=source, reason=str(error), seconds=error.seconds)
            await sleep(error.seconds)
