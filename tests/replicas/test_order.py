"""The ready configurations of config/replicas, on real brokers: what consumers get while sinks and replicas go."""

from __future__ import annotations

import http.client
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.checkout import ROOT
from tests.replicas.conftest import Broker, Event
from tests.service import INSTANCE, Service, build, configuration, ended
from tests.waiting import until

pytestmark = pytest.mark.slow

RUNS = 600
REPLICAS = 3
AT_ONCE = 20
"""Runs that have started and not ended."""

REPEATED = 600
"""Events that come twice at most: a batch of a source, 200 where it is largest, for each of the three faults."""


@pytest.fixture
def started() -> Iterator[list[Service]]:
    """Services to be ended with the test."""
    with ended() as services:
        yield services


def test_a_run_does_not_end_before_it_starts(broker: Broker, tmp_path: Path, started: list[Service]) -> None:
    """The sinks away for a while, replicas killed then and later, with their volumes: all, and in order."""
    relay = _service(tmp_path / "relay", _ready(broker, "relay", directly=True))
    replicas = [
        _service(tmp_path / f"replica-{n}", _ready(broker, "translate", directly=False)) for n in range(REPLICAS)
    ]
    started += [relay, *replicas]
    for each in started:
        each.start()
    first, second, third = (range(n * RUNS // 3, (n + 1) * RUNS // 3) for n in range(3))
    _tell(relay, first)
    until(lambda: _delivered(replicas) > 0)
    broker.network.cut()
    _tell(relay, second)
    until(lambda: any(_failures(each) for each in replicas))
    _lost(max(replicas, key=Service.lag)).start()
    broker.network.resume()
    passed = _delivered(replicas)
    _tell(relay, third)
    until(lambda: _delivered(replicas) > passed + AT_ONCE)
    _lost(max(replicas, key=_taken)).start()
    until(lambda: _complete(broker.events()), timeout=120)
    events = broker.events()
    once = {each["id"]: each for each in events}
    repeated, disordered = len(events) - len(once), _disordered(events)
    assert len(once) == 2 * RUNS
    assert disordered == []
    assert repeated <= REPEATED, f"{repeated} came twice"


def _ready(broker: Broker, half: str, *, directly: bool) -> str:
    """A ready configuration, but for where the broker is and who asks it."""
    text = (ROOT / f"config/replicas/{broker.name}-{half}.yaml").read_text()
    ready = yaml.safe_load(text.replace("${env:JENKINS_URL}", INSTANCE))
    parts = [*ready["sources"].values(), *ready["sinks"].values()]
    for part in parts:
        for gone in ("auth", "tls"):
            part.pop(gone, None)
    if half == "translate":
        ready["sources"]["jenkins"] |= broker.source()
    ready["sinks"][broker.name] |= {**broker.sink(directly=directly), "timeout": "3s"}
    return configuration(**{name: ready[name] for name in ("sources", "sinks", "routes")})


def _service(folder: Path, config: str) -> Service:
    folder.mkdir()
    return Service(folder, config)


def _lost(replica: Service) -> Service:
    """Killed, and its volume gone with it: another may come in its place."""
    replica.kill()
    shutil.rmtree(replica.folder)
    replica.folder.mkdir()
    return replica


def _tell(relay: Service, runs: range) -> None:
    """Each starts, and ends while others go on."""
    for number in range(runs.start, runs.stop + AT_ONCE):
        if number in runs:
            _say(relay, build(number).replace(b"FINALIZED", b"STARTED").replace(b'"SUCCESS"', b"null"))
        if number - AT_ONCE in runs:
            _say(relay, build(number - AT_ONCE))


def _say(relay: Service, body: bytes) -> None:
    status, answer = relay.ask("POST", "/jenkins", body)
    assert status == http.client.ACCEPTED, answer


def _complete(events: Iterable[Event]) -> bool:
    return len({each["id"] for each in events}) >= 2 * RUNS


def _disordered(events: Iterable[Event]) -> list[Any]:
    """The subjects of which an end was heard before its start."""
    told = defaultdict[str, list[str]](list)
    for each in events:
        kind = each["type"].split(".")[3]
        if kind not in told[each["subject"]]:
            told[each["subject"]].append(kind)
    return [subject for subject, kinds in told.items() if kinds != ["started", "finished"]]


def _delivered(replicas: Iterable[Service]) -> float:
    return sum(map(_taken, replicas))


def _taken(replica: Service) -> float:
    return _sum(replica, "messages_delivered_total")


def _failures(replica: Service) -> float:
    return _sum(replica, "delivery_retries_total")


def _sum(replica: Service, counter: str) -> float:
    return sum(value for name, value in replica.metrics().items() if name.startswith(counter))
