"""Consumer groups of librdkafka's mock cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from confluent_kafka import Consumer

MEMBER = {
    "heartbeat.interval.ms": "100",
    "session.timeout.ms": "6000",
    "partition.assignment.strategy": "cooperative-sticky",
    "log_level": "2",
}
"""Properties of a member that soon notices when another comes or goes."""


@contextmanager
def bystander(brokers: str, group: str) -> Iterator[None]:
    """A member of a group that wants nothing of it: the mock takes nobody into a group that all had left."""
    ended = Event()

    def stand_by() -> None:
        member = Consumer({"bootstrap.servers": brokers, "group.id": group, **MEMBER})
        member.subscribe([f"{group}-nothing"])
        while not ended.is_set():
            member.poll(0.05)
        member.close()

    thread = Thread(target=stand_by)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
