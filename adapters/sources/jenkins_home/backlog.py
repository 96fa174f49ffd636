"""The builds of a home that are there, read by another process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

import structlog

from adapters.child.process import Child, Ended, started
from adapters.sources.jenkins.documents import Written
from adapters.sources.jenkins_home.backlog_reader import BATCH, FAILED, LOG, OVER
from adapters.sources.jenkins_home.home import Home

READER = "adapters.sources.jenkins_home.backlog_reader"

Kept = tuple[Sequence[Written], Mapping[str, str | None]]
"""Documents, and the checkpoints that go with them."""

_log = structlog.get_logger(__name__)


async def backlog(home: Home, told: Mapping[str, str], beat: Callable[[], None]) -> AsyncGenerator[Kept, None]:
    """What is not told of a home yet, until another process is through with it.

    Raises OSError where there can be none, and Ended where it ends before: what it has given is whole all the same.
    """
    async with started(READER) as child:
        _log.info("another process reads the builds that are there", home=home.path, pid=child.process.pid)
        child.tell((tuple(home), told))
        while (kept := await _next(child, beat)) is not None:
            yield kept


async def _next(child: Child, beat: Callable[[], None]) -> Kept | None:
    while True:
        beat()
        match await child.hear():
            case [kind, documents, progress] if kind == BATCH:
                return documents, progress
            case [kind, level, event] if kind == LOG:
                getattr(_log, level)(**event)
            case [kind, reason] if kind == FAILED:
                raise Ended(reason)
            case [kind] if kind == OVER:
                return None
