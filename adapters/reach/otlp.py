"""What takes OTLP, tried by an export of nothing."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

from adapters.urls import origin

if TYPE_CHECKING:
    from adapters.sinks.otlp.settings import OtlpSettings


async def otlp(settings: OtlpSettings) -> str:
    """It takes an export without spans."""
    return await asyncio.to_thread(_exported, settings)


def _exported(settings: OtlpSettings) -> str:
    from adapters.sinks.otlp.client import Client  # noqa: PLC0415 - only who uses this sink needs it

    with closing(Client(settings, "traces")) as client:
        client.export(b"")
    return f"{origin(settings.url)} takes traces"
