"""Pages over PostgreSQL, whose sink the configuration has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest

pytest.importorskip("psycopg", reason="needs the extra postgresql")

import psycopg

from adapters.config import Config
from adapters.store.migrating import migrate
from adapters.store.rows import event_row, link_rows
from adapters.store.saving import save
from tests.console.stories import fleet, heard, others, story
from tests.console.support import browsing, journal, settings
from tests.console.test_deliveries import rows
from tests.postgresql import database, postgresql


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database that has a change and some services."""
    with postgresql() as server:
        url = database(server)
        migrate(url)
        kept = [(event_row(each, orjson.dumps(each).decode()), each) for each in [*story(), *fleet()]]
        with psycopg.connect(url) as connection:
            links = [link for row, each in kept for link in link_rows(each, row)]
            save(connection, [row for row, _ in kept], links)
        yield url


def kept_in(folder: Path, url: str) -> Config:
    """A configuration whose events go into a database."""
    sinks = {"kept": {"type": "postgresql", "url": url, "password": "tell-nobody"}}
    return settings(folder, sinks=sinks, routes={"kept": {"format": "cdevents", "sink": "kept"}})


async def measured(client: httpx.AsyncClient) -> str:
    """The page of metrics when its numbers are there."""
    for _ in range(60):
        answer = await client.get("/metrics")
        if "The numbers are being made." not in answer.text:
            return answer.text
    raise AssertionError("the report is never made")


async def test_a_change_has_its_chain_and_each_event_opens(url: str, tmp_path: Path) -> None:
    """Also where the journal is empty."""
    config = kept_in(tmp_path, url)
    async with journal(config), browsing(config) as client:
        page = (await client.get("/chain?id=1234")).text
        assert page.count('<circle class="hit"') == len(story())
        assert "till/errors" in (await client.get("/chain/event?id=alert")).text
        assert (await client.get("/chain/event?id=nothing")).status_code == 410


async def test_services_are_where_they_are(url: str, tmp_path: Path) -> None:
    """With the history of each."""
    config = kept_in(tmp_path, url)
    async with journal(config), browsing(config) as client:
        found = rows((await client.get("/deliveries")).text)
        told = rows((await client.get("/deliveries/history?service=door")).text)
        bell = rows((await client.get("/deliveries/history?service=bell&environment=")).text)
    assert [row[0] for row in found] == ["Service", "bell", "door", "till"]
    assert [row[1] for row in told] == ["What", "rolled back", "upgraded", "deployed"]
    assert [row[1] for row in bell] == ["What", "removed", "deployed"]


@pytest.mark.parametrize("text", ["%00", "%FF", "a%00b", "%27", "%25", "x" * 5000])
async def test_what_no_database_holds_is_not_found(text: str, url: str, tmp_path: Path) -> None:
    """Whatever is asked for is a question, and no failure."""
    config = kept_in(tmp_path, url)
    paths = (
        "/chain?id=",
        "/deliveries?like=",
        "/deliveries/history?service=",
        "/deliveries/history?service=x&environment=",
    )
    async with journal(config), browsing(config) as client:
        for path in paths:
            answer = await client.get(path + text)
            assert (answer.status_code, "left out" in answer.text) == (200, False)
        assert (await client.get(f"/chain/event?id={text}")).status_code == 410


async def test_it_is_measured(url: str, tmp_path: Path) -> None:
    """By the same SQL."""
    config = kept_in(tmp_path, url)
    async with journal(config), browsing(config) as client:
        page = await measured(client)
    assert "Environments that count: production. Left out: staging." in page
    assert ["deployment frequency", "all"] in [row[:2] for row in rows(page)]


async def test_one_that_is_down_is_told_and_its_password_is_not(tmp_path: Path) -> None:
    """The pages have what the journal has."""
    down = kept_in(tmp_path, "postgresql://ann@127.0.0.1:1/delivery")
    both = others(tmp_path)
    config = both.model_copy(update={"sinks": {**both.sinks, **down.sinks}})
    async with journal(config, heard(story())), browsing(config) as client:
        for path in ("/chain?id=1234", "/deliveries"):
            page = (await client.get(path)).text
            assert "The store is left out." in page
            assert "PostgreSQL at postgresql://127.0.0.1:1/delivery cannot be used" in page
            assert "tell-nobody" not in page
        page = await measured(client)
    assert "There are no numbers now." in page
    assert "tell-nobody" not in page
