"""A producer whose cluster says what it does not mean for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Timer

import pytest

from adapters.brokers.connection import KafkaConnection
from adapters.brokers.kafka import properties
from adapters.errors import TransientError
from adapters.sinks.kafka_producer import KafkaProducer, Record
from tests import brokers
from tests.real.kafka.conftest import Secured
from tests.real.kafka.server import kafka

pytestmark = pytest.mark.real


@pytest.fixture
def server(tmp_path: Path) -> Iterator[brokers.Server]:
    """A cluster that takes nothing large."""
    with brokers.running(kafka(tmp_path, properties={"message.max.bytes": "2000"})) as server:
        yield server


def test_a_fatal_error_is_transient(server: brokers.Server) -> None:
    """What librdkafka raises then, out of nowhere, is told like any other failure; a new producer goes on."""
    config = properties(KafkaConnection(brokers=(server.address,)))
    small, large = (Record("fatal", b"x" * size, None, {}) for size in (1, 3000))
    gapless = KafkaProducer({**config, "enable.gapless.guarantee": True}, timeout=10)
    with pytest.raises(TransientError, match="gap-less guarantee"):
        gapless.send([small, large, small], Event())
    gapless.close()
    new = KafkaProducer(config, timeout=10)
    new.send([small], Event())
    new.close()


def test_a_topic_that_comes_late_is_waited_for(secured: Secured) -> None:
    """Longer than for an answer: one that is not there at first is not refused for good."""
    config = properties(KafkaConnection(brokers=(secured.server.address,)))
    early = KafkaProducer(config, timeout=2)
    making = Timer(4, secured.make, ["late"])
    making.start()
    with pytest.raises(TransientError, match="Unknown topic"):
        early.send([Record("late", b"1", None, {})], Event())
    making.join()
    early.close()
    next_ = KafkaProducer(config, timeout=10)
    next_.send([Record("late", b"1", None, {})], Event())
    next_.close()
    assert secured.values("late") == [b"1"]
