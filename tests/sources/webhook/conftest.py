"""A server with a webhook, and the journal behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters import mapping
from adapters.journal import Database, Journal
from adapters.journal import log as journal_log
from adapters.metrics import Metrics
from adapters.model import Notification, Receive
from adapters.server import application
from adapters.sources.contract import Context
from adapters.sources.webhook import Webhook, WebhookSettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


LIMIT = 1000


MAPPING = """\
cdevents: 0.5.1
rules:
  finished:
    when: {$headers.x-event: done}
    emit: pipelinerun.finished
    id: [url]
    timestamp: ${$received_at}
    subject: {id: "${url}", content: {outcome: success}}
"""


Kept = Callable[[], list[Notification]]


Serve = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    """A real one."""
    journal = Journal(tmp_path / "journal.db", max_bytes=64 << 20)
    yield journal
    await journal.aclose()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """What another process finds in the journal's file."""

    def kept() -> list[Notification]:
        with Database(tmp_path / "journal.db") as database:
            return [record.notification for record in journal_log.read(database, 0, 100)]

    return kept


@pytest.fixture
def metrics() -> Metrics:
    """Counters that start at nothing."""
    return Metrics()


@pytest.fixture
async def serve(tmp_path: Path, journal: Journal, metrics: Metrics) -> AsyncIterator[Serve]:
    """Makes a client of a server with one webhook at `/hook`, whose mapping reads JSON and the header `x-event`."""
    async for each in _serving(MAPPING, tmp_path, journal, metrics):
        yield each


@pytest.fixture
async def serve_form(tmp_path: Path, journal: Journal, metrics: Metrics) -> AsyncIterator[Serve]:
    """The same with a mapping that reads forms, too."""
    async for each in _serving(MAPPING + "input: {json: true, form: payload}\n", tmp_path, journal, metrics):
        yield each


async def _serving(written: str, tmp_path: Path, journal: Journal, metrics: Metrics) -> AsyncIterator[Serve]:
    (tmp_path / "mapping.yaml").write_text(written)
    translator = mapping.load(tmp_path, instance="http://tool/", variables={})
    clients: list[httpx.AsyncClient] = []

    def serve(*, mapped: bool = True, receive: Receive = journal.append, **settings: Any) -> httpx.AsyncClient:
        tool = {} if settings.get("cdevents") else {"instance": "http://tool/"}
        given = {"type": "webhook", "path": "/hook", "max_body": LIMIT, **tool, **settings}
        parsed = WebhookSettings.model_validate(given)
        context = Context("tool", lambda: translator if mapped else None, {}, metrics, lambda: NOW, parsed.cdevents)
        webhook = Webhook(parsed, context)

        async def ready() -> Sequence[str]:
            return []

        app = application(webhook.routes(receive), lambda: metrics.registry, ready)
        clients.append(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://adapter"))
        return clients[-1]

    yield serve
    for client in clients:
        await client.aclose()


async def chunks(*sizes: int) -> AsyncIterator[bytes]:
    """A body without a Content-Length."""
    for size in sizes:
        yield b" " * size
