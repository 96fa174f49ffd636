"""What of a store is read for a story or a list of deliveries: the same in both engines, and all that a story needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

pytest.importorskip("duckdb", reason="needs the extra metrics")

import psycopg

from adapters.delivery.engine import Engine
from adapters.delivery.related import documents, related, services
from adapters.delivery.stores import opened
from adapters.lineage.deliveries import current, deliveries
from adapters.lineage.picture import told
from adapters.lineage.reading import events
from adapters.lineage.story import story
from adapters.lineage.wanted import Wanted
from adapters.store.migrating import migrate
from adapters.store.parquet import EVENTS, LINKS, table, write
from adapters.store.rows import event_row, link_rows
from adapters.store.saving import save
from tests.console.stories import CHAIN, IMAGE, cdevent
from tests.console.stories import story as change

OTHER = f"pkg:oci/door@sha256:{'7' * 64}"
PRODUCTION = {"id": "production"}


def others() -> list[dict[str, Any]]:
    """Another change, and an incident that only its time and its service join to a rollout."""
    return [
        cdevent("door-created", "change.created", 5, "shop%2Fdoor~99", chain="d"),
        cdevent("door-published", "artifact.published", 50, OTHER, "door-created", chain="d"),
        cdevent("door-live", "service.deployed", 60, "door", chain="d", environment=PRODUCTION, artifactId=OTHER),
        cdevent("fire", "incident.detected", 90, "fire-7", chain=None, environment=PRODUCTION, service={"id": "door"}),
        cdevent("door-gone", "service.removed", 9999, "door", chain=None, environment=PRODUCTION),
    ]


def merges() -> list[dict[str, Any]]:
    """Three changes, of which the first and the third are rolled out: no link says that this brings the second."""
    found = []
    for number in range(1, 4):
        commit, where = f"{number}" * 40, {"id": "shop/lift"}
        subject, chain, at = f"shop%2Flift~{number}", f"lift-{number}", number * 100.0
        found.append(cdevent(f"lift-created-{number}", "change.created", at, subject, chain=chain, repository=where))
        follows = f"lift-created-{number}"
        merged = cdevent(
            f"lift-merged-{number}", "change.merged", at + 9, subject, follows, chain=chain, repository=where
        )
        merged["customData"] = {"change": {"branch": "main"}, "patchset": {"revision": commit}}
        found.append(merged)
        if number != 2:
            out = cdevent(f"lift-{number}", "service.deployed", at + 50, "lift", chain=chain, environment=PRODUCTION)
            out["customData"] = {"revision": commit}
            found.append(out)
    return found


def everything() -> list[dict[str, Any]]:
    """All that there is in the store."""
    return [*change(), *others(), *merges()]


@pytest.fixture(params=["parquet", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A session with a store that has both changes."""
    rows = [(event_row(each, orjson.dumps(each).decode()), each) for each in everything()]
    kept = [row for row, _ in rows], [link for row, each in rows for link in link_rows(each, row)]
    if request.param == "parquet":
        write(tmp_path / EVENTS / "day=2026-03-02" / "a.parquet", table(EVENTS, kept[0]))
        write(tmp_path / LINKS / "day=2026-03-02" / "a.parquet", table(LINKS, kept[1]))
        place = str(tmp_path)
    else:
        place = request.getfixturevalue("url")
        migrate(place)
        with closing(psycopg.connect(place)) as connection:
            save(connection, *kept)
            connection.commit()
    with opened(place, timeout=60) as session:
        yield session


def ids(engine: Engine, text: str) -> set[str]:
    """The events of the story of whatever a text names."""
    wanted = Wanted(text)
    found = events(related(engine, wanted.names(), wanted.number).bodies)
    return {each.id for each, _ in told(story(found, text))}


def traced(text: str) -> set[str]:
    """The events that `trace` prints, of files with all of them."""
    every = events(orjson.dumps(each) for each in everything())
    return {each.id for each, _ in told(story(every, text))}


@pytest.mark.parametrize(
    "text",
    ["1234", "alert", "till", "shop%2Ftill~1234", CHAIN, IMAGE, f"{IMAGE}?tag=1", f"sha256:{'5' * 64}"]
    + ["job/verify/8/", "https://ci.example.com/job/verify/8/", "till/errors"],
)
def test_a_story_is_whole_by_whatever_it_is_asked_for(engine: Engine, text: str) -> None:
    """All that `trace` would print of files with all events, and nothing else."""
    assert ids(engine, text) == traced(text) == {each["context"]["id"] for each in change()}


@pytest.mark.parametrize("text", ["fire", "99", OTHER])
def test_an_incident_is_joined_to_the_rollout_before_it(engine: Engine, text: str) -> None:
    """Where no link says so, by the service, the environment and the time; whichever end is asked for."""
    assert ids(engine, text) == {"door-created", "door-published", "door-live", "fire"}


@pytest.mark.parametrize("text", ["lift-3", "shop%2Flift~2", "3" * 40, "lift-merged-2"])
def test_a_rollout_brings_what_was_merged_since_the_one_before(engine: Engine, text: str) -> None:
    """Where only commits tell so: the second change goes out with the third; the first one was there."""
    assert ids(engine, text) == traced(text)
    assert {"lift-created-2", "lift-merged-2", "lift-merged-3", "lift-3"} <= traced(text)


@pytest.mark.parametrize("text", ["nothing", "234", "%", "'; drop table found; --", "'"])
def test_what_is_not_there_is_not_found(engine: Engine, text: str) -> None:
    """Whatever it is made of."""
    assert ids(engine, text) == set()


def test_what_is_where(engine: Engine) -> None:
    """The last of each place, with the change and the run that it came from."""
    found = current(deliveries(events(services(engine))))
    assert {place: [each.event.id for each in there] for place, there in found.items()} == {
        ("door", "production"): ["door-gone"],
        ("lift", "production"): ["lift-3"],
        ("till", "production"): ["live"],
        ("till", "staging"): ["staged"],
    }
    [live] = found["till", "production"]
    assert (live.change and live.change.id, live.run and live.run.id) == ("merged", "image-started")


def test_a_place_has_its_history(engine: Engine) -> None:
    """All that was delivered there, the latest first, beside what is elsewhere."""
    found = [each for each in deliveries(events(services(engine, "door", "production"))) if each.place[0] == "door"]
    assert [each.event.id for each in found] == ["door-gone", "door-live"]


def test_an_event_is_found_by_its_id(engine: Engine) -> None:
    """As it was stored."""
    [body] = documents(engine, "alert")
    assert orjson.loads(body)["subject"]["id"] == "till/errors"
