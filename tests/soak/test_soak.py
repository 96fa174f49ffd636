"""Mixed load for MINUTES (3, unless the environment says otherwise), under attack: `make soak` makes it an hour."""

from __future__ import annotations

import gzip
import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests import brokers
from tests.faults.brokers import BROKERS
from tests.faults.flow import GERRIT, Broker, Event, MakeBroker
from tests.receiver import Receiver, receiving
from tests.service import INSTANCE, Service, configuration, running
from tests.soak.attackers import ADDRESS, answering_badly, attacking
from tests.soak.evidence import Evidence
from tests.soak.tools import Tools, talking
from tests.soak.usage import Usage, growth, usage
from tests.waiting import until

MINUTES = float(os.environ.get("MINUTES", "3"))
SAMPLES = 240
"""How often usage is looked at, all told."""

SOURCES = {
    "jenkins": {"type": "webhook", "path": "/jenkins", "instance": INSTANCE, "mapping": "jenkins/notification"},
    "gerrit": GERRIT,
    "registry": {
        "type": "webhook",
        "path": "/registry",
        "instance": "https://registry.example.com/",
        "mapping": "registry/distribution",
    },
    "replication": {
        "type": "tail",
        "paths": ["replication_log"],
        "instance": "https://gerrit.example.com/",
        "mapping": "gerrit/replication-log",
    },
}
HOSTILE = {
    "type": "jenkins-api",
    "instance": "https://hostile.example.com/",
    "mapping": "jenkins/build",
    "timeout": "2s",
    "poll": "1s",
}
PLACES = ("mqtt", "nats", "rabbitmq")
FILE = {"type": "file", "path": "events.jsonl", "rotate_size": "1MiB", "gzip": True}

_log = logging.getLogger(__name__)


@pytest.mark.slow
def test_mixed_load_leaks_nothing_and_loses_nothing(tmp_path: Path) -> None:
    """Memory, descriptors and threads stay as they are; each sink has all that was said, in both forms.

    Also under attack: floods that are pipelined, crowds that are idle, a tool with hostile answers. Who means well is
    answered in under a second.
    """
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving())
        places = {name: stack.enter_context(started(tmp_path / name, BROKERS[name])) for name in PLACES}
        tool = stack.enter_context(answering_badly())
        sidecar = stack.enter_context(running(tmp_path, configured(receiver.url, places, tool)))
        attackers = stack.enter_context(attacking(sidecar.port))
        tools = stack.enter_context(talking(sidecar, tmp_path / "replication_log"))
        posted = Evidence()
        samples = [*watched(sidecar, receiver, posted)]
        tools.rest()
        attackers.rest()
        assert all(attackers.rounds.values()), "nobody attacked"
        until(lambda: delivered(sidecar, tools), timeout=600)
        assert sidecar.stop() == 0
        posted.add(requests(receiver))
        assert_complete(tools, posted)
        for place in places.values():
            assert_same(noted(place.events()), posted)
        assert_same(noted(filed(tmp_path)), posted)
    assert_flat(samples)


@contextmanager
def started(folder: Path, make: MakeBroker) -> Iterator[Broker]:
    """A broker that runs in a folder of its own."""
    folder.mkdir()
    broker = make(folder, 0)
    with brokers.running(broker.server):
        broker.prepare()
        yield broker


def configured(url: str, places: Mapping[str, Broker], tool: str) -> str:
    """Both forms to an HTTP server, to a file that is rotated, and to each broker; little is kept in the journal."""
    sinks: dict[str, Any] = {name: place.sink(place.server.port) for name, place in places.items()}
    sinks |= {"http": {"type": "http", "url": url}, "file": FILE}
    routes = {
        f"{format_}-{sink}": {
            "format": format_,
            "sink": sink,
            "encoding": "structured" if sink == "file" else "binary",
        }
        for sink in sinks
        for format_ in ("legacy", "cdevents")
    }
    text = configuration(sources=SOURCES | {"hostile": {**HOSTILE, "url": f"{tool}/"}}, sinks=sinks, routes=routes)
    return text.replace("journal.db", "journal.db, keep: 10s, max_size: 64MiB")


def watched(sidecar: Service, receiver: Receiver, posted: Evidence) -> Iterator[Usage]:
    """What the sidecar uses, for MINUTES; what is posted meanwhile is noted, and forgotten."""
    assert sidecar.process is not None
    for number in range(SAMPLES):
        time.sleep(MINUTES * 60 / SAMPLES)
        posted.add(requests(receiver))
        yield (now := usage(sidecar.process.pid, sidecar.folder / "journal.db", strangers=ADDRESS))
        if number % (SAMPLES // 60) == 0:
            _log.info("%d legacy events posted, %s", len(posted.legacy), now)


def requests(receiver: Receiver) -> Iterator[Event]:
    """What was posted since the last look."""
    while receiver.requests:
        request = receiver.requests.pop(0)
        yield Event({name.removeprefix("ce-"): value for name, value in request.headers.items()}, request.body)


def filed(folder: Path) -> Iterator[Event]:
    """What is in the rotated files, and in the one that is written."""
    for path in folder.glob("events.jsonl*"):
        content = path.read_bytes()
        for line in (gzip.decompress(content) if path.suffix == ".gz" else content).splitlines():
            yield Event(orjson.loads(line), b"")


def noted(events: Iterable[Event]) -> Evidence:
    """What they are evidence of."""
    evidence = Evidence()
    evidence.add(events)
    return evidence


def delivered(sidecar: Service, tools: Tools) -> bool:
    """Whether all that was said was heard and is published."""
    heard = sum(value for name, value in sidecar.metrics().items() if name.startswith("notifications_received_total"))
    return heard == len(tools.said) and not sidecar.lag()


def assert_complete(tools: Tools, found: Evidence) -> None:
    """All that was said was taken, and is there in both forms: each legacy event names CDEvents that are there."""
    assert tools.refused == 0
    assert tools.late <= len(tools.said) / 1000
    assert found.told == tools.said
    assert found.cdevents == found.promised
    assert len(found.cdevents) >= len(found.legacy) == len(tools.said) > 0


def assert_same(found: Evidence, other: Evidence) -> None:
    """Two sinks have the same events."""
    assert found.legacy == other.legacy
    assert found.cdevents == other.cdevents


def assert_flat(samples: Sequence[Usage]) -> None:
    """What the second half adds is less than a twentieth of the memory, and no descriptor or thread."""
    grown = growth(samples)
    _log.info("at the end %s, grown in the second half by %s", samples[-1], grown)
    assert grown.memory < samples[-1].memory / 20
    assert grown.descriptors < 3
    assert grown.threads < 1
