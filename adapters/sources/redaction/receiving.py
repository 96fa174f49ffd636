"""Redaction on the way from a source to the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.redaction.redactor import redactor
from adapters.sources.redaction.settings import Redaction


def redacted(receive: Receive, settings: Redaction) -> Receive:
    """Hands on what it is given, each notification without what must not be kept."""
    redact = redactor(settings)

    async def without(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        await receive(await asyncio.to_thread(lambda: [redact(each) for each in notifications]), checkpoints)

    return without
