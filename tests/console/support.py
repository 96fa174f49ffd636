"""A journal with something in it, and a console that looks at it, without a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from adapters.config import Config
from adapters.console.application import application
from adapters.console.console import Console
from adapters.journal import Journal
from adapters.model import Notification
from tests.checkout import ROOT

HOST = "http://127.0.0.1:8081"


def settings(folder: Path, **parts: Any) -> Config:
    """Three tools, and a file for each format; `parts` in place of its own."""
    sources = {
        "jenkins": ("jenkins/notification", "https://jenkins.example.com/"),
        "gerrit": ("gerrit/events", "https://gerrit.example.com/"),
        "registry": ("registry/distribution", "https://registry.example.com/"),
    }
    own: dict[str, Any] = {
        "journal": {"path": str(folder / "journal.db")},
        "sources": {
            name: {"type": "webhook", "path": f"/{name}", "instance": instance, "mapping": mapping}
            for name, (mapping, instance) in sources.items()
        },
        "sinks": {name: {"type": "file", "path": str(folder / f"{name}.jsonl")} for name in ("legacy", "cdevents")},
        "routes": {name: {"format": name, "sink": name} for name in ("legacy", "cdevents")},
    }
    return Config.model_validate(own | parts)


def said(source: str, body: bytes, at: datetime | None = None, **headers: str) -> Notification:
    """What a tool said, just now unless told."""
    return Notification(source, body, at or datetime.now(UTC), headers)


def example(source: str, mapping: str, name: str) -> Notification:
    """An input that a mapping is shipped with, as a source hears it."""
    return said(source, (ROOT / "mappings" / mapping / "inputs" / name).read_bytes())


@asynccontextmanager
async def journal(config: Config, heard: Sequence[Notification] = ()) -> AsyncIterator[Journal]:
    """The journal of a configuration, as the sidecar has it open, with these notifications in it."""
    opened = Journal(config.journal.path, max_bytes=config.journal.max_size, routes=config.routes)
    try:
        await opened.append(heard)
        yield opened
    finally:
        await opened.aclose()


@asynccontextmanager
async def browsing(config: Config) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a console; it has `token` as its header, as pages send it with every write."""
    console = Console(config)
    transport = httpx.ASGITransport(application(console), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url=HOST, headers={"X-Console-Token": console.token}
    ) as client:
        yield client
