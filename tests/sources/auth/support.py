"""Requests that are signed, and whether a guard lets them in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.sources.auth import Guard, Unproven, guard
from adapters.sources.auth.settings import Auth

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = b'{"a": 1}'


def guarded(**settings: Any) -> Guard:
    """The guard of an auth that is written like this."""
    return guard(Auth.model_validate(settings))


def refused(sealed: Guard, headers: Mapping[str, str], body: bytes = BODY, now: datetime = NOW) -> str:
    """Why a request is not let in; empty when it is."""
    written = {name.lower().encode(): value.encode() for name, value in headers.items()}
    if not sealed.admits(written):
        return "before its body is read"
    try:
        if sealed.proof is not None:
            asyncio.run(sealed.proof(written, body, now))
    except Unproven as reason:
        return str(reason)
    return ""
