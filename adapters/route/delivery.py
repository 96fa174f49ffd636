"""Publishing until the sink has taken or refused every message, in order, however long that takes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential, wait_random

from adapters.errors import AdapterError, DeliveryError, JournalUnavailable, PermanentError, TransientError
from adapters.metrics import Metrics
from adapters.model import Message
from adapters.sinks.contract import Sink

LONGEST_PAUSE = 600.0
"""Seconds after which a sink is tried again, whatever it asked for."""

Sleep = Callable[[float], Awaitable[None]]
Pending = deque[tuple[int, Message]]

_BACK_OFF = wait_exponential(multiplier=0.5, max=60) + wait_random(0, 1)
_log = structlog.get_logger(__name__)


class Delivery:
    """One route's way to its sink.

    After a TransientError it tries again what was not taken, after 0.5 s, 1 s, 2 s, up to 60 s, with up to a second
    of jitter, and not before the sink's `retry_after`; a success in part starts the back-off anew.
    """

    def __init__(self, route: str, sink: Sink, metrics: Metrics, *, sleep: Sleep = asyncio.sleep) -> None:
        self._route = route
        self._sink = sink
        self._metrics = metrics
        self._retrying = retrying(TransientError, self._note_retry, sleep)

    async def deliver(self, messages: Sequence[Message], sent: Awaitable[None] | None = None) -> dict[int, str]:
        """Returns when each message is taken or refused: why it was refused, by its index.

        `sent` is what to wait for where they are on their way already.
        """
        pending = deque(enumerate(messages))
        under_way = deque([sent] if sent else [])
        refused: dict[int, str] = {}
        while pending:
            try:
                await self._retrying(self._publish, pending, under_way)
            except PermanentError as error:
                index, _ = pending.popleft()
                refused[index] = str(error)
        return refused

    async def _publish(self, pending: Pending, under_way: deque[Awaitable[None]]) -> None:
        try:
            await (under_way.popleft() if under_way else self._sink.publish([message for _, message in pending]))
        except DeliveryError as error:
            self._take(pending, error.delivered)
            raise
        self._take(pending, len(pending))

    def _take(self, pending: Pending, count: int) -> None:
        for _ in range(count):
            pending.popleft()
        self._metrics.delivered(self._route, count)

    def _note_retry(self, error: AdapterError, attempt: int, pause: float) -> None:
        self._metrics.retried(self._route)
        _log.warning("sink is not taking messages", route=self._route, error=str(error), attempt=attempt, pause=pause)


def retrying(
    error_type: type[TransientError | JournalUnavailable],
    note: Callable[[AdapterError, int, float], None],
    sleep: Sleep,
) -> AsyncRetrying:
    """Calls again for ever after one type of error; `note` is told the error, the attempt's number and the pause."""

    def before_sleep(state: RetryCallState) -> None:
        note(_error(state), state.attempt_number, round(state.upcoming_sleep, 3))

    retry = retry_if_exception_type(error_type)
    return AsyncRetrying(sleep=sleep, wait=_pause, retry=retry, before_sleep=before_sleep, reraise=True)


def _pause(state: RetryCallState) -> float:
    error = _error(state)
    if isinstance(error, TransientError) and error.delivered:
        state.attempt_number = 1
    asked = error.retry_after if isinstance(error, TransientError) else None
    return min(max(_BACK_OFF(state), asked or 0.0), LONGEST_PAUSE)


def _error(state: RetryCallState) -> AdapterError:
    error = state.outcome and state.outcome.exception()
    assert isinstance(error, AdapterError)  # noqa: S101 - only those are retried
    return error
