"""A public key that its owner publishes: asked for when it is first needed, and again when it no longer fits."""

from __future__ import annotations

import asyncio
import time

import requests

from adapters.http import Bounded, bounded, no_answer
from adapters.sources.auth.contract import Undecided
from adapters.urls import origin

_SECONDS = 10
_LARGEST = 1 << 20
_SELDOM = 60.0
"""Seconds between two looks for a new key: whoever sends wrong signatures decides no more often."""


class Published:
    """The key at a path of names with dots between them in the JSON that a URL answers with."""

    def __init__(self, url: str, at: str) -> None:
        self._url, self._at = url, at.split(".")
        self._key, self._asked = "", 0.0
        self._lock = asyncio.Lock()

    async def key(self) -> str:
        """The key, in PEM; raises Undecided while it cannot be had."""
        async with self._lock:
            return self._key or await self._ask()

    async def renewed(self) -> str | None:
        """The key of now, where it is another than it was; None too where that was looked at a short while ago."""
        async with self._lock:
            if time.monotonic() - self._asked < _SELDOM:
                return None
            old = self._key
            return new if (new := await self._ask()) != old else None

    async def _ask(self) -> str:
        self._asked = time.monotonic()
        self._key = await asyncio.to_thread(self._answer)
        return self._key

    def _answer(self) -> str:
        with requests.Session() as session:
            bounded(session, Bounded(_LARGEST, stays=True))
            try:
                answer = session.get(self._url, timeout=_SECONDS)
                answer.raise_for_status()
                found = answer.json()
            except requests.RequestException as error:
                raise Undecided(f"the key at {origin(self._url)} cannot be had: {no_answer(error)}") from error
        for name in self._at:
            found = found.get(name) if isinstance(found, dict) else None
        if not isinstance(found, str) or "BEGIN PUBLIC KEY" not in found:
            raise Undecided(f"{origin(self._url)} has no public key in PEM at {'.'.join(self._at)}")
        return found
