"""The PostgreSQL sink, against a real server that also dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from typing import Any

import orjson
import pytest

from adapters.cdevents.cloudevents import cdevents_message
from adapters.errors import PermanentError, TransientError
from adapters.model import Encoding, Message
from adapters.settings import SecretStr
from adapters.sinks.store_settings import PostgresqlSettings
from tests.brokers import Server
from tests.postgresql import crash, database, postgresql, ready
from tests.sinks.conftest import Make

psycopg = pytest.importorskip("psycopg", reason="needs the extra postgresql")

from adapters.sinks.postgresql import PostgresqlSink  # noqa: E402 - after the check for the extra
from adapters.store.migrating import migrate  # noqa: E402


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that keeps what it acknowledged, also when it is killed."""
    with postgresql(durable=True) as server:
        yield server


@pytest.fixture
def url(server: Server) -> str:
    """An empty database."""
    return database(server)


@pytest.fixture
async def sink(url: str) -> AsyncIterator[PostgresqlSink]:
    """A sink into it, before anybody made its tables."""
    sink = PostgresqlSink(PostgresqlSettings(type="postgresql", url=url))
    yield sink
    await sink.aclose()


def message(number: int, **more: Any) -> Message:
    """A CDEvent with a number, that follows the one before."""
    context = {
        "specversion": "0.5.1",
        "id": f"id-{number}",
        "source": "https://ci.example.com/",
        "type": "dev.cdevents.pipelinerun.finished.0.3.0",
        "timestamp": "2026-03-01T12:00:00Z",
        "links": [{"linkType": "PATH", "from": {"contextId": f"id-{number - 1}"}}],
    }
    subject = {"id": f"job/{number}", "content": {"pipelineName": "job", "outcome": "success"}}
    return cdevents_message({"context": context, "subject": subject | more}, Encoding.STRUCTURED, {})


def rows(url: str, query: str = "select id from cdevents.events") -> list[Any]:
    """What a query gives; of one column its values, in order."""
    with psycopg.connect(url) as connection:
        found = connection.execute(query).fetchall()
    return sorted(row[0] if len(row) == 1 else row for row in found)


async def test_what_comes_again_is_there_once(url: str, sink: PostgresqlSink) -> None:
    """An event with its links, in one batch, in the next and from another sink."""
    migrate(url)
    await sink.publish([message(1), message(2), message(1)])
    await sink.publish([message(2), message(3)])
    assert rows(url) == ["id-1", "id-2", "id-3"]
    links = rows(url, "select id, kind, rel, target from cdevents.links")
    assert links == [(f"id-{n}", "PATH", "", f"id-{n - 1}") for n in (1, 2, 3)]


async def test_the_whole_event_is_kept(url: str, sink: PostgresqlSink) -> None:
    """`data` is the CDEvent, as it was published."""
    migrate(url)
    await sink.publish([message(1)])
    assert rows(url, "select data from cdevents.events") == [orjson.loads(message(1).data)]


async def test_without_tables_it_waits_and_says_what_to_do(url: str, sink: PostgresqlSink) -> None:
    """Nothing is parked: once somebody makes them, the same batch is taken."""
    with pytest.raises(TransientError, match="run 'cdevents-adapters store migrate' on it"):
        await sink.publish([message(1)])
    assert migrate(url)
    assert not migrate(url)
    await sink.publish([message(1)])
    assert rows(url) == ["id-1"]


async def test_what_text_cannot_have_is_replaced(url: str, sink: PostgresqlSink) -> None:
    """U+0000 loses no event, and a backslash before `u0000` is none."""
    migrate(url)
    await sink.publish([message(1, source="a\0b"), message(2, source="a\\u0000b")])
    assert rows(url, "select subject_source from cdevents.events") == ["a\\u0000b", "a\N{REPLACEMENT CHARACTER}b"]


async def test_what_is_refused_stops_nothing_else(url: str, sink: PostgresqlSink) -> None:
    """The one event that no index can take is told, after those before it are kept."""
    migrate(url)
    chain = b"".join(sha256(bytes([number])).hexdigest().encode() for number in range(200))
    bad = message(2)._replace(data=message(2).data.replace(b'"links"', b'"chainId":"' + chain + b'","links"'))
    with pytest.raises(PermanentError, match="PostgreSQL refuses this event") as refused:
        await sink.publish([message(1), bad, message(3)])
    assert refused.value.delivered == 1
    await sink.publish([message(3)])
    assert rows(url) == ["id-1", "id-3"]


async def test_a_legacy_event_is_refused(url: str, sink: PostgresqlSink, make: Make) -> None:
    """A store keeps CDEvents."""
    migrate(url)
    with pytest.raises(PermanentError, match="a store keeps CDEvents") as refused:
        await sink.publish([message(1), make(2)])
    assert (refused.value.delivered, rows(url)) == (1, ["id-1"])


async def test_a_server_that_dies_has_each_event_once(server: Server, url: str, sink: PostgresqlSink) -> None:
    """Killed amid a stream and started again: what was not acknowledged is published again, and nothing is twice."""
    migrate(url)
    batches = [[message(batch * 100 + number) for number in range(100)] for batch in range(30)]
    for number, batch in enumerate(batches):
        if number == 15:
            under_way = asyncio.create_task(sink.publish(batch))
            await asyncio.sleep(0)
            crash(server)
            await asyncio.gather(under_way, return_exceptions=True)
            with pytest.raises(TransientError, match="PostgreSQL at postgresql://127"):
                await sink.publish(batch)
            server.start()
            ready(server)
        await sink.publish(batch)
    assert rows(url) == sorted(f"id-{number}" for number in range(3000))


async def test_no_password_is_told() -> None:
    """Neither that of the settings nor that of a URL."""
    url = "postgresql://ci@127.0.0.1:1/x"
    settings = PostgresqlSettings(type="postgresql", url=url, password=SecretStr("s3cret-word"))
    sink = PostgresqlSink(settings)
    with pytest.raises(TransientError) as unreachable:
        await sink.publish([message(1)])
    await sink.aclose()
    with pytest.raises(TransientError) as neither:
        migrate("postgresql://ci:s3cret-word@127.0.0.1:1/x")
    assert "s3cret" not in f"{unreachable.value} {neither.value}"
