"""What a real pair of Alertmanagers tells of alerts that fire, are repeated, grouped, resolved, and fire again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.cdevents import validation
from adapters.model import Spec
from tests.real.alertmanager.server import TOKEN, Alertmanager, alertmanager, needs_alertmanager
from tests.real.troubles import assert_untroubled
from tests.service import Service, configuration
from tests.waiting import until

pytestmark = [pytest.mark.real, needs_alertmanager]

BEGAN = datetime(2026, 5, 4, 10, 11, 12, 345678, tzinfo=UTC)
SOURCE = {
    "type": "webhook",
    "path": "/alertmanager",
    "instance": "https://alertmanager.example.com/",
    "mapping": "alertmanager/webhook",
    "auth": {"bearer": TOKEN},
}


@dataclass(frozen=True)
class Told:
    """A sidecar that heard both of a pair."""

    sidecar: Service

    def events(self, kind: str, service: str | None = None) -> list[dict[str, Any]]:
        """The incidents that were detected or resolved, each as often as it was published."""
        found = [each["data"] for each in self.sidecar.published("events") if f".incident.{kind}." in each["type"]]
        return [each for each in found if service in (None, each["subject"]["content"].get("service", {}).get("id"))]

    def ids(self, kind: str, service: str | None = None) -> Counter[str]:
        """Their ids, and how often each came."""
        return Counter(each["context"]["id"] for each in self.events(kind, service))


def _both(pair: list[Alertmanager], *arguments: Any, **labels: Any) -> None:
    for each in pair:
        each.tell(*arguments, **labels)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Two alerts of a group fire and are repeated; one ends while the sidecar is down, and fires again."""
    folder = tmp_path_factory.mktemp("sidecar")
    sinks = {name: {"type": "file", "path": f"{name}.jsonl"} for name in ("events", "legacy")}
    routes = {"events": {"format": "cdevents", "sink": "events"}, "legacy": {"format": "legacy", "sink": "legacy"}}
    sidecar = Service(folder, configuration(sources={"alerts": SOURCE}, sinks=sinks, routes=routes))
    sidecar.start()
    found = Told(sidecar)
    shop, cart = ({"service": name, "environment": "production"} for name in ("shop", "cart"))
    try:
        with alertmanager(folder / "a", sidecar.port) as one, alertmanager(folder / "b", sidecar.port) as other:
            pair = [one, other]
            _both(pair, "ErrorRateHigh", BEGAN, **shop)
            _both(pair, "ErrorRateHigh", BEGAN + timedelta(seconds=1), **cart)
            _both(pair, "Watchdog", BEGAN)
            until(lambda: found.ids("detected", "shop").total() > 3 and found.ids("detected", "cart").total() > 3)
            assert sidecar.stop() == 0
            _both(pair, "ErrorRateHigh", BEGAN, BEGAN + timedelta(minutes=3), **shop)
            sidecar.start()
            until(lambda: found.ids("resolved", "shop").total() > 1)
            _both(pair, "ErrorRateHigh", BEGAN + timedelta(minutes=9), **shop)
            until(lambda: len(found.ids("detected", "shop")) > 1)
            yield found
    finally:
        if sidecar.process is not None and sidecar.process.poll() is None:
            sidecar.kill()


def test_each_incident_has_one_id_however_often_it_is_told(told: Told) -> None:
    """Two alerts of a pair of servers, each repeated: three incidents, of which one is over."""
    assert len(told.ids("detected")) == 3
    assert len(told.ids("detected", "shop")) == 2
    assert len(told.ids("resolved")) == len(told.ids("resolved", "shop")) == 1
    assert told.ids("detected").total() > 6


def test_what_ended_while_the_sidecar_was_down_is_told(told: Told) -> None:
    """With the time at which it ended; it is the end of the first of both."""
    over = told.events("resolved", "shop")[0]
    assert over["context"]["timestamp"] == "2026-05-04T10:14:12.345678Z"
    (begun,) = {
        each["context"]["id"]
        for each in told.events("detected", "shop")
        if each["subject"]["id"] == over["subject"]["id"]
    }
    assert over["context"]["links"][0]["from"]["contextId"] == begun
    begun_at = {each["context"]["timestamp"] for each in told.events("detected", "shop")}
    assert begun_at == {"2026-05-04T10:11:12.345678Z", "2026-05-04T10:20:12.345678Z"}


def test_alerts_that_come_together_are_told_apart(told: Told) -> None:
    """A group is one request, with all alerts of a name."""
    bodies = [each["data"] for each in told.sidecar.published("legacy")]
    bodies = [json.loads(each) if isinstance(each, str) else each for each in bodies]
    assert max(len(each["alerts"]) for each in bodies) == 2
    assert {each["groupLabels"]["alertname"] for each in bodies} == {"ErrorRateHigh", "Watchdog"}


def test_it_names_the_service_and_where_and_is_valid(told: Told) -> None:
    """In both versions; nothing was unmatched, nothing parked, and the alert that always fires is no incident."""
    for each in told.events("detected"):
        assert each["subject"]["content"]["environment"] == {"id": "production"}
        assert each["customData"]["alert"] == "ErrorRateHigh"
        assert validation.schema_problems(each, Spec.V0_5_1) == []
    assert_untroubled(told.sidecar)
