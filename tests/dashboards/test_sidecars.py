"""The dashboard of sidecars and the alerts, asked of a real Prometheus that scrapes a real sidecar."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from adapters.mapping.library import find
from tests import brokers
from tests.checkout import ROOT
from tests.dashboards import grafana
from tests.service import Service, configuration, free_port, running
from tests.waiting import until

pytestmark = pytest.mark.real

PROGRAM = shutil.which("prometheus")
BOARD = grafana.dashboard("sidecars")
QUERIES = dict(grafana.queries(BOARD, "expr"))
ALERTS = ROOT / "config" / "prometheus" / "alerts.yaml"
SCRAPE = 1
"""Seconds between two scrapes."""

CONFIGURATION = """
global: {{scrape_interval: {scrape}s, evaluation_interval: 1s}}
rule_files: ["{alerts}"]
scrape_configs:
  - job_name: cdevents-adapters
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
HOOK = {"instance": "https://jenkins.example.com/", "mapping": "jenkins/notification"}
INPUTS = find("jenkins/notification").with_name("inputs")


@dataclass(frozen=True)
class Prometheus:
    """One that runs."""

    url: str

    def ask(self, path: str, **parameters: str | float) -> Any:
        """The data of an answer."""
        answer = requests.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=30)
        assert answer.ok, answer.text
        return answer.json()["data"]

    def query(self, expression: str) -> list[Any]:
        """What an expression gives now."""
        found: list[Any] = self.ask("query", query=expression)["result"]
        return found

    def values(self, metric: str, label: str) -> list[str]:
        """As `label_values` of a variable."""
        found: list[str] = self.ask(f"label/{label}/values", **{"match[]": metric})
        return found


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One of which all kinds of things are to be told: also of a sink that is away, and of a mapping that is tried."""
    config = configuration(
        sources={
            "jenkins": {**HOOK, "type": "webhook", "path": "/jenkins", "on_invalid": "park"},
            "lines": {**HOOK, "type": "tail", "paths": ["lines/*.jsonl"]},
        },
        sinks={
            "out": {"type": "file", "path": "out.jsonl"},
            "away": {"type": "http", "url": f"http://127.0.0.1:{free_port()}/"},
        },
        routes={"cdevents": {"format": "cdevents", "sink": "out"}, "away": {"format": "legacy", "sink": "away"}},
        shadows={"next": {"source": "jenkins", "mapping": "jenkins/notification"}},
    )
    with running(tmp_path_factory.mktemp("sidecar"), config) as service:
        tell(service)
        yield service


def tell(service: Service) -> None:
    """What is translated, ignored, covered by no rule, parked and refused."""
    for name in ("started", "finished", "completed"):
        assert service.ask("POST", "/jenkins", (INPUTS / f"{name}.json").read_bytes())[0] == 202
    for body in (b'{"something": "else"}', b"{"):
        assert service.ask("POST", "/jenkins", body)[0] == 202


@pytest.fixture(scope="module")
def prometheus(sidecar: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One that scrapes it, and knows the alerts."""
    if PROGRAM is None:
        pytest.skip("needs Prometheus: apt-get install prometheus")
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    file = folder / "prometheus.yml"
    file.write_text(CONFIGURATION.format(scrape=SCRAPE, alerts=ALERTS, port=sidecar.port))
    place = [f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"]
    with brokers.running(brokers.Server(port, [PROGRAM, f"--config.file={file}", *place], folder)) as server:
        url = f"http://{server.address}"
        until(lambda: requests.get(f"{url}/-/ready", timeout=30).ok)
        yield Prometheus(url)


@pytest.fixture
def expand() -> Callable[[str], str]:
    """Puts into a query what Grafana does: a quarter of an hour is shown, and everything chosen."""
    now = datetime.now(UTC)
    shown = grafana.Range(now - timedelta(minutes=15), now, step=SCRAPE)
    return lambda expression: shown.promql(expression, grafana.chosen(BOARD), SCRAPE)


@pytest.mark.parametrize("place", QUERIES)
def test_each_query_of_a_panel_gives_something(
    prometheus: Prometheus, expand: Callable[[str], str], place: str
) -> None:
    """Every number of it is one."""
    expression = expand(QUERIES[place])
    until(lambda: prometheus.query(expression))
    assert all(float(each["value"][1]) >= 0 for each in prometheus.query(expression))


def by_route(found: list[Any]) -> dict[str, str]:
    """Values by the route that they are of."""
    return {each["metric"]["route"]: each["value"][1] for each in found}


def test_its_numbers_are_those_of_the_sidecar(
    prometheus: Prometheus, sidecar: Service, expand: Callable[[str], str]
) -> None:
    """One letter is dead, the sink that is away has all before it, and the journal is there."""
    letters = expand(QUERIES["Must somebody act?: Dead letters A"])
    until(lambda: [each["value"][1] for each in prometheus.query(letters)] == ["1"])
    waiting = expand(QUERIES["Published: Records to pass A"])
    lag = sidecar.metrics()['route_lag_records{route="away"}']
    assert lag >= 5
    until(lambda: by_route(prometheus.query(waiting)) == {"cdevents": "0", "away": f"{lag:g}"})
    readable = expand(QUERIES["Must somebody act?: Journals that can be read A"])
    assert [each["value"][1] for each in prometheus.query(readable)] == ["1"]
    oldest = expand(QUERIES["Must somebody act?: Oldest undelivered A"])
    until(lambda: float(prometheus.query(oldest)[0]["value"][1]) > 0)


def test_what_happens_while_it_is_watched_is_counted(
    prometheus: Prometheus, sidecar: Service, expand: Callable[[str], str]
) -> None:
    """What no rule covers, in the time that is shown."""
    until(lambda: prometheus.query("cdevents_adapters_records_unmatched_total"))
    sidecar.ask("POST", "/jenkins", b'{"something": "new"}')
    unmatched = expand(QUERIES["Must somebody act?: Unmatched A"])
    until(lambda: float(prometheus.query(unmatched)[0]["value"][1]) > 0)


def test_its_variables_have_values(prometheus: Prometheus, sidecar: Service, expand: Callable[[str], str]) -> None:
    """The job, the sidecar and its routes."""
    found = {}
    for each in BOARD["templating"]["list"]:
        if each["type"] == "query":
            metric, label = re.fullmatch(r"label_values\((.*), (\w+)\)", expand(each["query"]["query"])).groups()  # type: ignore[union-attr]
            until(lambda metric=metric, label=label: prometheus.values(metric, label))  # type: ignore[misc]
            found[each["name"]] = prometheus.values(metric, label)
    assert found == {
        "job": ["cdevents-adapters"],
        "instance": [f"127.0.0.1:{sidecar.port}"],
        "route": ["away", "cdevents"],
    }


def test_the_alerts_are_rules_about_metrics_that_there_are(prometheus: Prometheus) -> None:
    """Prometheus evaluates each without an error, and those about what there is now are told.

    Who leads is a metric where one of several hears: `tests/standby` has that.
    """

    def rules() -> dict[str, Any]:
        return {rule["name"]: rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]}

    until(lambda: {each["health"] for each in rules().values()} == {"ok"})
    metrics = {
        name for each in rules().values() for name in re.findall(r"\b(?:cdevents_adapters_\w+|up)\b", each["query"])
    }
    for name in metrics - {"cdevents_adapters_source_leader"}:
        until(lambda name=name: prometheus.query(name))  # type: ignore[misc]
    until(lambda: rules()["DeadLetters"]["state"] == "firing")
    assert rules()["AdapterDown"]["state"] == "inactive"
