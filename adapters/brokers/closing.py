"""The end of a connection to a broker that may not answer any more."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

_PATIENCE = 1.0
"""Seconds that a broker has to take its leave."""


async def closed(closing: Coroutine[Any, Any, object]) -> None:
    """Waits for what closes a connection, but not for long, and not for what comes of it.

    What a broker does not take before that goes on closing by itself, until the system gives up on the connection. It
    is not cancelled: clients do not end sooner by that, and some not at all.
    """
    await asyncio.wait([asyncio.ensure_future(_quiet(closing))], timeout=_PATIENCE)


async def _quiet(closing: Coroutine[Any, Any, object]) -> None:
    with suppress(Exception):  # the connection is gone, whatever its client says of that
        await closing
