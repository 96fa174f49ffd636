"""Who is let in, over TLS, and what is said to those who are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from confluent_kafka.admin import AclOperation, ResourceType

from tests.kafka_topics import produce
from tests.real.kafka.conftest import PASSWORD, Secured
from tests.service import configuration, running
from tests.waiting import until

pytestmark = pytest.mark.real

TOOL = {"type": "webhook", "path": "/tool", "instance": "https://tool.example.com/"}


def between(connection: dict[str, Any], name: str) -> str:
    """A sidecar that publishes what a tool says to one topic, and keeps what another says in a file."""
    heard = {**connection, "topics": [f"{name}-in"], "group": name, "instance": "https://other.example.com/"}
    return configuration(
        sources={"tool": TOOL, "other": heard},
        sinks={"kafka": {**connection, "topic": f"{name}-out"}, "file": {"type": "file", "path": "heard.jsonl"}},
        routes={
            "out": {"format": "legacy", "sink": "kafka", "sources": ["tool"], "encoding": "raw"},
            "in": {"format": "legacy", "sink": "file", "sources": ["other"]},
        },
    )


@pytest.mark.parametrize("way", ["PLAIN", "SCRAM-SHA-512", "certified"])
def test_a_user_is_let_in(secured: Secured, tmp_path: Path, way: str) -> None:
    """The sink's and the source's, with what they may do and no more, where the broker is known by its authority."""
    name = way.lower()
    for topic, operation in (("in", AclOperation.READ), ("out", AclOperation.WRITE)):
        secured.make(f"{name}-{topic}")
        secured.allow(ResourceType.TOPIC, f"{name}-{topic}", operation)
    secured.allow(ResourceType.GROUP, name, AclOperation.READ)
    produce(secured.server.address, f"{name}-in", [b'{"other": true}'])
    with running(tmp_path, between(secured.connection(way), name)) as sidecar:
        sidecar.ask("POST", "/tool", b'{"tool": true}')
        until(lambda: secured.values(f"{name}-out") == [b'{"tool": true}'])
        until(lambda: [each["data"] for each in sidecar.published("heard")] == [{"other": True}])


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
def test_a_wrong_password_is_told_and_not_shown(secured: Secured, tmp_path: Path, mechanism: str) -> None:
    """By the source and by the sink, in the broker's words; they go on trying, for it may be the broker's mistake."""
    log = refused(tmp_path, secured.connection(mechanism, password="wr0ng-pass"))
    assert all("Authentication failed" in each for each in complaints(log))
    assert "wr0ng-pass" not in log
    assert PASSWORD not in log


def test_a_broker_of_an_unknown_authority_is_not_trusted(secured: Secured, tmp_path: Path) -> None:
    """Nothing is said to it, least of all a password; and librdkafka's own words do not fill the disk."""
    log = refused(tmp_path, {**secured.connection(), "tls": {}})
    assert all("certificate verify failed" in each for each in complaints(log))
    assert log.count("FAIL [") <= 2


def refused(folder: Path, connection: dict[str, Any]) -> str:
    """The log of a sidecar whose source and sink are not let in, and who goes on."""
    with running(folder, between(connection, "nobody")) as sidecar:
        sidecar.ask("POST", "/tool", b"{}")
        until(lambda: sidecar.metrics().get('delivery_retries_total{route="out"}', 0) > 1)
        assert sidecar.ready()
        return sidecar.log()


def complaints(log: str) -> list[str]:
    """The first of the source, and the first of the route."""
    said = [orjson.loads(line) for line in log.splitlines()]
    source = next(each["reason"] for each in said if each.get("source") == "other")
    route = next(each["error"] for each in said if each.get("route") == "out")
    return [source, route]
