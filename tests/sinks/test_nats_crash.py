"""A sidecar that publishes to NATS and is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.cdevents.ids import context_id
from tests import brokers
from tests.brokers import Server
from tests.load import accepted_before_kill
from tests.service import INSTANCE, Service, configuration

nats = pytest.importorskip("nats", reason="needs the extra nats")

pytestmark = pytest.mark.slow


def config(broker: Server) -> str:
    """Both forms into one stream."""
    source = {"type": "webhook", "path": "/jenkins", "instance": INSTANCE, "mapping": "jenkins/notification"}
    stream = {"name": "CICD", "subjects": ["cicd.>"]}
    sink = {"type": "nats", "servers": [broker.address], "subject": "cicd.{format}.{type}", "stream": stream}
    return configuration(
        sources={"jenkins": source},
        sinks={"broker": sink},
        routes={name: {"format": name, "sink": "broker", "encoding": "binary"} for name in ("legacy", "cdevents")},
    )


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    """A server with JetStream."""
    with brokers.running(brokers.nats(tmp_path)) as broker:
        yield broker


def test_a_stream_has_every_event_once_in_both_forms(tmp_path: Path, broker: Server) -> None:
    """Though the sidecar is killed under load and publishes again what it had not yet noted as published."""
    service = Service(tmp_path, config(broker))
    accepted = [number for round_ in range(3) for number in accepted_before_kill(service, round_, 0.4)]
    service.start()
    assert service.stop() == 0
    messages = asyncio.run(stored(broker))
    legacy = [headers for subject, headers in messages if subject.startswith("cicd.legacy.")]
    cdevents = [headers for subject, headers in messages if subject.startswith("cicd.cdevents.")]
    expected = {context_id(INSTANCE, "pipelinerun.finished", [f"job/load/{number}/"]) for number in accepted}
    ids = [headers["ce-id"] for headers in cdevents]
    assert len(ids) == len(set(ids))
    assert expected <= set(ids)
    assert len(legacy) == len({headers["ce-id"] for headers in legacy}) >= len(accepted) > 0


async def stored(broker: Server) -> list[tuple[str, dict[str, Any]]]:
    """The subjects and headers of all messages in the stream."""
    client = await nats.connect(f"nats://{broker.address}")
    try:
        jetstream = client.jetstream()
        count = (await jetstream.stream_info("CICD")).state.last_seq
        found = [await jetstream.get_msg("CICD", seq=number + 1) for number in range(count)]
        return [(message.subject, message.headers) for message in found]
    finally:
        await client.close()
