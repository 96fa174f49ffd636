"""The page of a chain, from the journal, from a store, and from both."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from adapters.config import Config
from adapters.console.console import Console
from adapters.console.heard import Heard
from adapters.journal import Database
from adapters.store.parquet import EVENTS, LINKS, table, write
from adapters.store.rows import event_row, link_rows
from tests.console.stories import CHANGE, cdevent, heard, others, story, wide
from tests.console.support import browsing, example, journal, settings

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


async def test_a_change_is_drawn_from_patch_set_to_incident(tmp_path: Path) -> None:
    """Each event is a mark that opens it, a row of the table, and where time went is told and marked."""
    config = others(tmp_path)
    async with journal(config, heard(story())), browsing(config) as client:
        page = (await client.get("/chain", params={"id": "1234"})).text
        assert page.count('<circle class="hit"') == len(story())
        for each in story():
            assert page.count(f'href="/chain/event?id={each["context"]["id"]}"') >= 2
        opened = await client.get("/chain/event?id=alert")
    for phase, time in (("review", "3.0 d"), ("waiting", "3.0 min"), ("running", "30.0 min"), ("incident", "1.5 h")):
        assert re.search(rf'</span>{phase}</th><td class="n">{time}</td>', page)
        assert re.search(rf'<rect class="phase {phase}" .*<title>{phase}: ', page)
    assert opened.status_code == 200
    assert "till/errors" in opened.text


async def test_what_the_shipped_mappings_make_is_a_chain(tmp_path: Path) -> None:
    """The events of a tool, translated as they are published."""
    config = settings(tmp_path)
    async with (
        journal(config, [example("gerrit", "gerrit/events", "patchset-created-1.json")]),
        browsing(config) as client,
    ):
        recent = (await client.get("/chain")).text
        link = re.search(r'href="(/chain\?id=[^"]+)"', recent)
        assert link
        assert "change.created" in (await client.get(link[1])).text


async def test_nothing_of_what_tools_say_is_markup(tmp_path: Path) -> None:
    """In every field that is shown: on the page, in the picture, and of one event."""
    event = cdevent(
        HOSTILE, "incident.detected", 1, HOSTILE, chain=HOSTILE, by=HOSTILE, environment={"id": HOSTILE},
        outcome=HOSTILE, service={"id": HOSTILE},
    )  # fmt: skip
    event["context"]["source"] = HOSTILE
    change = cdevent("c", "change.created", 0, HOSTILE, chain=HOSTILE)
    config = others(tmp_path)
    async with journal(config, heard([event, change])), browsing(config) as client:
        for path, asked in (("/chain", {"id": HOSTILE}), ("/chain/event", {"id": HOSTILE}), ("/chain", {})):
            answer = await client.get(path, params=asked)
            assert answer.status_code == 200
            assert "<script>" not in answer.text
            assert "<img" not in answer.text


async def test_secrets_are_left_out(tmp_path: Path) -> None:
    """Also of an id that is shortened, and of the event itself."""
    event = cdevent("x", "change.created", 0, f"{'long-' * 9}https://ann:tell-nobody@git.example.com/{'y' * 40}")
    config = others(tmp_path)
    async with journal(config, heard([event])), browsing(config) as client:
        for path in ("/chain", "/chain?id=x", "/chain/event?id=x"):
            assert "tell-nobody" not in (await client.get(path)).text


@pytest.mark.parametrize("path", ["/chain?id=nothing", "/chain?id=%25"])
async def test_what_is_not_there_is_told(path: str, tmp_path: Path) -> None:
    """Without a picture of nothing."""
    config = others(tmp_path)
    async with journal(config, heard(story())), browsing(config) as client:
        answer = await client.get(path)
        assert (await client.get("/chain/event?id=nothing")).status_code == 410
    assert (answer.status_code, "Nothing is known of it." in answer.text) == (200, True)
    assert "<svg" not in answer.text


async def test_a_store_without_a_journal_is_enough(tmp_path: Path) -> None:
    """What the sidecar has forgotten is still there, and each event opens."""
    pytest.importorskip("duckdb", reason="needs the extra metrics")
    rows = [(event_row(each, orjson.dumps(each).decode()), each) for each in story()]
    write(tmp_path / "kept" / EVENTS / "a.parquet", table(EVENTS, [row for row, _ in rows]))
    links = [link for row, each in rows for link in link_rows(each, row)]
    write(tmp_path / "kept" / LINKS / "a.parquet", table(LINKS, links))
    sinks = {"kept": {"type": "parquet", "path": str(tmp_path / "kept")}}
    config = settings(tmp_path, sinks=sinks, routes={"kept": {"format": "cdevents", "sink": "kept"}})
    async with browsing(config) as client:
        page = (await client.get("/chain?id=1234")).text
        opened = await client.get("/chain/event?id=alert")
    assert page.count('<circle class="hit"') == len(story())
    assert "The journal is left out." in page
    assert "till/errors" in opened.text


async def test_a_store_that_cannot_be_asked_is_told(tmp_path: Path) -> None:
    """And the journal is shown all the same."""
    sinks = {"kept": {"type": "parquet", "path": str(tmp_path / "kept")}}
    config = others(tmp_path, sinks=sinks, routes={"kept": {"format": "cdevents", "sink": "kept"}})
    async with journal(config, heard(story())), browsing(config) as client:
        page = (await client.get("/chain?id=1234")).text
    assert "The store is left out." in page
    assert page.count('<circle class="hit"') == len(story())


async def test_a_story_beyond_measure_is_drawn_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and the table has all of it."""
    monkeypatch.setattr("adapters.console.chain.DRAWN", 20)
    config = others(tmp_path)
    async with journal(config, heard(wide(50))), browsing(config) as client:
        page = (await client.get("/chain", params={"id": CHANGE})).text
    assert page.count('<circle class="hit"') == 20
    assert "The first 20 of 50 events are drawn." in page
    assert page.count('<th scope="row"><a href="/chain/event') == 50


def bounded(config: Config) -> Heard:
    """Keeps no more than twenty events."""
    console = Console(config)
    return Heard(config.sources, console.translator, console.render, most=20)


async def test_events_are_read_once_and_no_more_than_so_many(tmp_path: Path) -> None:
    """The latest stay; what is heard later is known with the next look."""
    config = others(tmp_path)
    known = bounded(config)
    async with journal(config, heard(wide(10))) as written:
        with Database(config.journal.path) as database:
            assert (len(known.known(database).events), known.known(database).partial) == (10, False)
            await written.append(heard([cdevent(f"later-{n}", "change.updated", 99, CHANGE) for n in range(15)]))
            found = known.known(database)
    assert (len(found.events), found.partial) == (20, True)
    assert "later-14" in found.events


async def test_a_long_journal_is_looked_at_from_its_end(tmp_path: Path) -> None:
    """What is too old is never read, and the page says so."""
    config = others(tmp_path)
    async with journal(config, heard(wide(50))):
        with Database(config.journal.path) as database:
            found = bounded(config).known(database)
    assert (len(found.events), found.partial, min(number for _, number in found.events.values())) == (20, True, 31)
