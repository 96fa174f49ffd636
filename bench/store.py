"""Events a second into PostgreSQL, by batches, each of which is a transaction that is on disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from adapters.cdevents.cloudevents import cdevents_message
from adapters.model import Encoding, Message
from adapters.sinks.postgresql import PostgresqlSink
from adapters.sinks.store_settings import PostgresqlSettings
from adapters.store.migrating import migrate
from bench.table import Row
from tests.delivery.services import history
from tests.postgresql import database, postgresql

CHANGES, BATCHES = 5_000, {1000: 10_000, 100: None}


def rows() -> Iterator[Row]:
    """Events of a history, of which a few come again."""
    messages = [cdevents_message(each, Encoding.STRUCTURED, {}) for each in history(CHANGES).told()]
    with suppress(pytest.skip.Exception), postgresql(durable=True) as server:
        for size, target in BATCHES.items():
            rate = asyncio.run(_saved(database(server), messages, size))
            yield Row(f"store: PostgreSQL, batches of {size}", rate, "/s", at_least=target)


async def _saved(url: str, messages: list[Message], size: int) -> float:
    migrate(url)
    sink = PostgresqlSink(PostgresqlSettings(type="postgresql", url=url))
    await sink.publish(messages[:1])
    begin = time.perf_counter()
    for start in range(0, len(messages), size):
        await sink.publish(messages[start : start + size])
    rate = len(messages) / (time.perf_counter() - begin)
    await sink.aclose()
    return rate
