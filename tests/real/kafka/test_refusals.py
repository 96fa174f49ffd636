"""What a cluster refuses for good, and takes once its operator has mended it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka.admin import AclOperation, ResourceType

from tests.cli.support import invoke
from tests.real.kafka.conftest import Secured
from tests.service import configuration, running
from tests.waiting import until

pytestmark = pytest.mark.real

BODIES = (b'{"n": 1}', b'{"n": "%s"}' % (b"x" * 20_000), b'{"n": 3}')

Trouble = Callable[[Secured, str], Callable[[], None]]
"""Gives the cluster a trouble with a topic; what mends it."""


def narrow(kafka: Secured, topic: str) -> Callable[[], None]:
    """A topic that does not take what is large."""
    kafka.make(topic, **{"max.message.bytes": "10000"})
    kafka.allow(ResourceType.TOPIC, topic, AclOperation.WRITE)
    return lambda: kafka.change(topic, "max.message.bytes", "100000")


def missing(kafka: Secured, topic: str) -> Callable[[], None]:
    """A topic that nobody has made."""
    kafka.allow(ResourceType.TOPIC, topic, AclOperation.WRITE)
    return lambda: kafka.make(topic)


def forbidden(kafka: Secured, topic: str) -> Callable[[], None]:
    """A topic in which the user may not write."""
    kafka.make(topic)
    return lambda: kafka.allow(ResourceType.TOPIC, topic, AclOperation.WRITE)


@pytest.mark.parametrize(
    ("trouble", "reason", "count"),
    [
        (narrow, "Message size too large", 1),
        (missing, "Unknown topic", 3),
        (forbidden, "Topic authorization failed", 3),
    ],
)
def test_what_is_refused_is_parked_and_delivered_once_it_may(
    secured: Secured, tmp_path: Path, trouble: Trouble, reason: str, count: int
) -> None:
    """Each with the reason, and the rest is not held up; `dead-letters retry` delivers it, without a restart."""
    topic = trouble.__name__
    mend = trouble(secured, topic)
    config = configuration(
        sources={"tool": {"type": "webhook", "path": "/tool", "instance": "https://tool.example.com/"}},
        sinks={"kafka": {**secured.connection(), "topic": topic}},
        routes={"legacy": {"format": "legacy", "sink": "kafka", "encoding": "raw"}},
    )
    journal = tmp_path / "journal.db"
    with running(tmp_path, config) as sidecar:
        for body in BODIES:
            sidecar.ask("POST", "/tool", body)
        until(lambda: sidecar.lag() == 0)
        letters = invoke("dead-letters", "list", "--json", "--journal", journal).stdout.splitlines()
        assert len(letters) == count
        assert all(f"topic '{topic}'" in each and reason in each for each in letters)
        mend()
        assert invoke("dead-letters", "retry", "--all", "--journal", journal).exit_code == 0
        until(lambda: sidecar.metrics()['dead_letters_open{route="legacy"}'] == 0)
    assert sorted(secured.values(topic)) == sorted(BODIES)
