"""Notifications on disk, with the checkpoint that comes with them, and what a checkpoint says at the start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from adapters.errors import ConfigError, JournalUnavailable, Problem
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.patience import Sleep, patient

Progress = TypeVar("Progress")


def restored(context: Context, key: str, loads: Callable[[str], Progress], fresh: Progress) -> Progress:
    """Where a source stood by the checkpoint of a key, `fresh` if it never did; raises ConfigError."""
    kept = context.checkpoints.get(key)
    try:
        return loads(kept) if kept else fresh
    except ValueError as error:
        message = f"its checkpoint '{key}' is not its own: {error}"
        hint = "another type of source had this name: rename it"
        raise ConfigError([Problem(f"sources.{context.name}", message, hint)]) from None


async def keep(
    context: Context,
    receive: Receive,
    sleep: Sleep,
    notifications: Sequence[Notification],
    *checkpoints: tuple[str, str | None],
) -> None:
    """Returns when all is on disk, a checkpoint as key and value; what cannot be kept now is kept later."""
    keeping = patient(context.name, JournalUnavailable, "journal cannot be used", sleep)
    await keeping(receive, notifications, [Checkpoint(context.name, *each) for each in checkpoints])
