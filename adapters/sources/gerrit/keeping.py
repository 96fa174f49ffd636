"""Events on disk, with the checkpoint that comes with them."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.model import Notification, Receive
from adapters.sources import keeping
from adapters.sources.contract import Context
from adapters.sources.gerrit.events import Event
from adapters.sources.patience import Sleep


async def keep(
    context: Context, receive: Receive, sleep: Sleep, events: Sequence[Event], checkpoint: tuple[str, str]
) -> None:
    """As in `adapters.sources.keeping`."""
    now = context.clock()
    notifications = [Notification(context.name, event.body, now) for event in events]
    await keeping.keep(context, receive, sleep, notifications, checkpoint)
