"""What must not be kept is left out on the way from a source to the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from adapters.mapping.translator import Translator
from adapters.model import LARGE, Checkpoint, Notification, Receive
from adapters.sources.redaction.redactor import Redact, redactor
from adapters.sources.redaction.settings import Redaction

_LARGE = ThreadPoolExecutor(1, thread_name_prefix="large-redaction")
"""One large notification at most is in memory as objects, over all sources."""


def redacted(receive: Receive, settings: Redaction | None, translator: Callable[[], Translator | None]) -> Receive:
    """Hands on what it is given, each notification without what its mapping drops, as that is now, and its source."""
    redact = redactor(settings)

    async def without(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        mapping = translator()
        if settings is not None or (mapping and mapping.drop):
            leave_out = left_out(redact, mapping)
            worker = _LARGE if sum(len(each.body) for each in notifications) > LARGE else None
            made = map(leave_out, notifications)
            notifications = await asyncio.get_running_loop().run_in_executor(worker, list, made)
        await receive(notifications, checkpoints)

    return without


def left_out(redact: Redact, mapping: Translator | None) -> Redact:
    """Leaves out what a mapping drops, and then what a source is told to."""
    return redact if mapping is None or not mapping.drop else lambda heard: redact(mapping.drop(heard))
