"""Events on disk, with the checkpoint that comes with them."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.errors import JournalUnavailable
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.gerrit.events import Event
from adapters.sources.gerrit.patience import Sleep, patient


async def keep(
    context: Context, receive: Receive, sleep: Sleep, events: Sequence[Event], checkpoint: tuple[str, str]
) -> None:
    """Returns when both are on disk, the checkpoint as key and value; what cannot be kept now is kept later."""
    now = context.clock()
    notifications = [Notification(context.name, event.body, now) for event in events]
    keeping = patient(context.name, JournalUnavailable, "journal cannot be used", sleep)
    await keeping(receive, notifications, [Checkpoint(context.name, *checkpoint)])
