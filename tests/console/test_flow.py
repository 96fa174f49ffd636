"""How a sidecar is, and what of it somebody must see to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.config import Config
from adapters.console.drawing import drawing
from adapters.console.gauges import Rates
from adapters.console.sidecar import Said, Sidecar
from adapters.console.state import Health, Look, state
from adapters.journal.outages import Outage
from adapters.journal.status import RouteStatus
from tests.console.support import browsing, journal, said, settings
from tests.service import free_port

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def look(**changes: object) -> Look:
    """Both routes are up to date, and the sidecar is ready."""
    routes = [RouteStatus(name, 7, 0, 0.0, 0) for name in ("legacy", "cdevents")]
    fine = Look(NOW, 1 << 20, 7, routes, {}, {}, {}, {}, Said("http://127.0.0.1:8080/readyz", answers=True), {})
    return replace(fine, **changes)  # type: ignore[arg-type]  # they are fields of it


def failing(seconds: float) -> Mapping[str, Outage]:
    """The route cdevents tries again since so many seconds."""
    return {"cdevents": Outage("cdevents", "connection refused", NOW - timedelta(seconds=seconds), None)}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Three sources, two routes."""
    return settings(tmp_path)


def test_where_all_is_well_nothing_is_red(config: Config) -> None:
    """Nobody has to do anything."""
    found = state(config, look())
    assert found.tasks == []
    assert {each.health for each in found.routes} | {each.health for each in found.sinks} == {Health.GOOD}


@pytest.mark.parametrize(("seconds", "health", "tasks"), [(5, Health.WAIT, 0), (61, Health.BAD, 1)])
def test_a_sink_that_takes_nothing_is_red_when_it_lasts(
    config: Config, seconds: float, health: Health, tasks: int
) -> None:
    """A route tries again by itself: at first there is nothing to do."""
    found = state(config, look(outages=failing(seconds)))
    assert [each.health for each in found.routes] == [Health.GOOD, health]
    assert [each.health for each in found.sinks] == [Health.GOOD, health]
    assert len(found.tasks) == tasks
    assert [line.health for line in drawing(found).lines] == [*[Health.GOOD] * 6, health]


def test_what_is_over_is_not_red(config: Config) -> None:
    """It is the last error, and no more."""
    over = {"cdevents": replace(failing(600)["cdevents"], until=NOW)}
    found = state(config, look(outages=over))
    assert (found.tasks, found.routes[1].health, found.routes[1].failing) == ([], Health.GOOD, None)
    assert found.routes[1].outage is not None


def test_a_route_that_is_far_behind_is_amber(config: Config) -> None:
    """It comes on by itself; its sink is as well as before."""
    routes = [RouteStatus("legacy", 7, 0, 0.0, 0), RouteStatus("cdevents", 1, 6, 61.0, 0)]
    found = state(config, look(routes=routes))
    assert found.tasks == []
    assert [each.health for each in found.routes] == [Health.GOOD, Health.WAIT]
    assert {each.health for each in found.sinks} == {Health.GOOD}


def test_a_dead_letter_is_red_and_its_sink_is_not(config: Config) -> None:
    """Somebody must retry or drop it; the sink has nothing to do with it."""
    routes = [RouteStatus("legacy", 7, 0, 0.0, 0), RouteStatus("cdevents", 7, 0, 0.0, 2)]
    found = state(config, look(routes=routes))
    assert [task.text for task in found.tasks] == ["2 dead letters of cdevents"]
    assert [each.health for each in found.routes] == [Health.GOOD, Health.BAD]
    assert {each.health for each in found.sinks} == {Health.GOOD}


def test_what_no_route_will_deliver_any_more_is_red(config: Config) -> None:
    """Dead letters of a route that was taken out of the configuration wait for ever, and keep their records."""
    [task] = state(config, look(strays={"gone": 1})).tasks
    assert task.text == "1 dead letter of gone, which is no route of the configuration"


def test_a_sidecar_that_does_not_answer_is_red_where_records_wait(config: Config) -> None:
    """Where none does, it may be elsewhere, or be stopped on purpose."""
    away = Said("http://127.0.0.1:8080/readyz", answers=False)
    assert state(config, look(said=away)).tasks == []
    behind = [RouteStatus("legacy", 6, 1, 5.0, 0), RouteStatus("cdevents", 7, 0, 0.0, 0)]
    [task] = state(config, look(said=away, routes=behind)).tasks
    assert "does not answer at http://127.0.0.1:8080/readyz" in task.text


def test_why_it_is_not_ready_and_a_full_journal_are_red(config: Config) -> None:
    """In its own words, and before it takes nothing more."""
    stalled = Said("", answers=True, reasons=("the source gerrit has stalled",))
    found = state(config, look(said=stalled, size=config.journal.max_size))
    assert [task.text.partition(":")[0] for task in found.tasks] == [
        "The sidecar is not ready",
        "The journal is nearly full",
    ]


def test_boxes_neither_touch_nor_leave_the_picture(config: Config) -> None:
    """Each has its own place, and all lines end at boxes."""
    made = drawing(state(config, look()))
    places = {(box.x, box.y) for box in made.boxes}
    assert len(places) == len(made.boxes) == 3 + 1 + 2 + 2
    assert all(0 <= box.y <= made.height - 48 for box in made.boxes)
    assert len(made.lines) == 3 + 2 + 2


def test_rates_are_between_looks() -> None:
    """Of one look there is none; over a minute at most."""
    now = 0.0
    rates = Rates(lambda: now)

    def passed(seq: int) -> dict[str, float]:
        return rates.look([RouteStatus("r", seq, 0, 0.0, 0)])

    assert passed(100) == {}
    now = 10.0
    assert passed(200) == {"r": 10.0}
    now = 69.0
    assert passed(790) == {"r": 10.0}
    now = 80.0
    assert passed(790) == {"r": 0.0}


async def test_the_page_tells_what_is_the_matter(tmp_path: Path) -> None:
    """Lag, oldest, dead letters, the last error and the last record, without any sidecar that could be asked."""
    config = settings(tmp_path, server={"listen": f"127.0.0.1:{free_port()}"})
    async with journal(config, [said("jenkins", b"{}")] * 3) as log, browsing(config) as client:
        await log.advance("legacy", 3)
        await log.outage("cdevents", "connection refused")
        await log.park("cdevents", 1, "413")
        await log.park("gone", 2, "413")
        page = (await client.get("/")).text
        part = (await client.get("/flow")).text
    assert "connection refused" in page
    assert "Records wait, and the sidecar does not answer" in page
    assert "1 dead letter of cdevents" in page
    assert "1 dead letter of gone" in page
    assert '<a href="/records/3">3</a>' in page
    assert "<html" not in part
    assert part.strip().startswith('<div id="flow"')


def test_where_nobody_answers_that_is_told(config: Config) -> None:
    """And where it was asked: what listens on all addresses is asked on this machine."""
    nobody = config.server.model_copy(update={"listen": f"0.0.0.0:{free_port()}"})
    found = Sidecar(nobody).said()
    assert not found.answers
    assert found.address.startswith("http://127.0.0.1:")
