"""Hands documents over to the journal, and waits for it as long as it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from adapters.cdevents.cloudevents import JSON
from adapters.errors import JournalUnavailable
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.jenkins.documents import Written, written
from adapters.sources.jenkins.progress import Progress, Since, texts

Sleep = Callable[[float], Awaitable[None]]

_SAID = {"content-type": JSON}
"""What is said of a document saves looking, for whatever is made of it, whether it is JSON."""

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
        await self.keep_written(receive, written(documents), texts(progress))

    async def keep_written(
        self, receive: Receive, documents: Sequence[Written], progress: Mapping[str, str | None]
    ) -> None:
        """The same of documents and progress as they are kept."""
        heard = self.context.clock()
        notifications = [Notification(self.context.name, body, heard, _SAID, url) for url, body in documents]
        checkpoints = [Checkpoint(self.context.name, job, text) for job, text in progress.items()]
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(JournalUnavailable),
            wait=wait_exponential_jitter(initial=1, max=30),
            sleep=self.sleep,
            before_sleep=self._waits,
        )
        await retrying(receive, notifications, checkpoints)

    def _waits(self, attempt: RetryCallState) -> None:
        error = attempt.outcome.exception() if attempt.outcome else None
        _log.warning("journal does not take builds, waiting", source=self.context.name, reason=str(error))
