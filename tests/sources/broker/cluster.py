"""A Kafka cluster in a process of its own, so that it can be made to hang."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

_CLUSTER = """
import sys
from confluent_kafka import Producer
producer = Producer({"test.mock.num.brokers": 3, "log_level": 3})
brokers = producer.list_topics(timeout=30).brokers.values()
print(",".join(f"{each.host}:{each.port}" for each in brokers), flush=True)
sys.stdin.read()
"""


@dataclass
class Cluster:
    """Three brokers: librdkafka's mock, which forgets all when it ends."""

    brokers: str
    process: subprocess.Popen[str]

    def pause(self) -> None:
        """Makes all brokers hang: connections stay, and nothing answers."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets them go on."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def kafka_cluster() -> Iterator[Cluster]:
    """A cluster that makes topics as they are named."""
    pytest.importorskip("confluent_kafka")
    command = [sys.executable, "-c", _CLUSTER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Cluster(process.stdout.readline().strip(), process)
        finally:
            process.kill()
