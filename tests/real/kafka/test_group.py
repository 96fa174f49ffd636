"""Replicas that share a topic as one consumer group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import brokers
from tests.kafka_topics import produce
from tests.real.kafka.server import kafka
from tests.service import Service, configuration, running
from tests.sources.broker.groups import MEMBER
from tests.waiting import until

pytestmark = pytest.mark.real


@pytest.fixture
def server(tmp_path: Path) -> Iterator[brokers.Server]:
    """A cluster whose topics have three partitions."""
    with brokers.running(kafka(tmp_path)) as server:
        yield server


def test_who_is_left_takes_over(server: brokers.Server, tmp_path: Path) -> None:
    """Of two that share the partitions, one is killed: the other hears all that comes, and nothing is lost."""
    source = {"type": "kafka", "brokers": [server.address], "topics": ["tool"], "properties": MEMBER}
    config = configuration(
        sources={"tool": {**source, "instance": "https://tool.example.com/"}},
        sinks={"file": {"type": "file", "path": "heard.jsonl"}},
        routes={"legacy": {"format": "legacy", "sink": "file"}},
    )
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with running(folders[0], config) as one, running(folders[1], config) as two:
        told = 0
        while not (heard(one) and heard(two)):
            assert told < 20_000, "one of them gets nothing"
            told = tell(server, told)
            until(hear(range(told), one, two))
        one.kill()
        after = tell(server, told)
        until(hear(range(told, after), two))
        one.start()
        until(hear(range(after), one, two))


def tell(server: brokers.Server, told: int) -> int:
    """A hundred messages more, over all partitions; how many there are now."""
    produce(server.address, "tool", (b"%d" % number for number in range(told, told + 100)))
    return told + 100


def hear(numbers: range, *sidecars: Service) -> Callable[[], bool]:
    """Whether they have published all of these between them."""
    return lambda: {*numbers} <= set().union(*map(heard, sidecars))


def heard(sidecar: Service) -> set[int]:
    """The numbers that it has published."""
    return {int(each["data"]) for each in sidecar.published("heard")}
