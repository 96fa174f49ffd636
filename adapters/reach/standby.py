"""Where it is decided who leads, asked: nothing is taken there."""

from __future__ import annotations

import asyncio

from adapters.standby.assembling import leadership
from adapters.standby.settings import Lease, Lock


async def decided(settings: Lease | Lock) -> str:
    """Who leads, if anybody does."""
    found = await asyncio.to_thread(lambda: leadership(settings).leader())
    if found is None:
        return "can be asked who leads: nobody does"
    return f"can be asked who leads: {found.by or 'another'}" + (f", since {found.since}" if found.since else "")
