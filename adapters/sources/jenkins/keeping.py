"""Hands documents over to the journal, and waits for it as long as it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from adapters.errors import JournalUnavailable
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.jenkins.documents import encoded
from adapters.sources.jenkins.progress import Progress, Since

Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Makes notifications of documents, and checkpoints of jobs' progress, under the name of a source."""

    context: Context
    sleep: Sleep

    async def keep(
        self,
        receive: Receive,
        documents: Sequence[Mapping[str, Any]],
        progress: Mapping[str, Progress | Since | None],
    ) -> None:
        """Returns when all of it is on disk; a journal that cannot take it is tried again for ever."""
        notifications = [self._notification(document) for document in documents]
        checkpoints = [
            Checkpoint(self.context.name, job, each.text if each else None) for job, each in progress.items()
        ]
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(JournalUnavailable),
            wait=wait_exponential_jitter(initial=1, max=30),
            sleep=self.sleep,
            before_sleep=self._waits,
        )
        await retrying(receive, notifications, checkpoints)

    def _notification(self, document: Mapping[str, Any]) -> Notification:
        return Notification(self.context.name, encoded(document), self.context.clock(), position=document["url"])

    def _waits(self, attempt: RetryCallState) -> None:
        error = attempt.outcome.exception() if attempt.outcome else None
        _log.warning("journal does not take builds, waiting", source=self.context.name, reason=str(error))
