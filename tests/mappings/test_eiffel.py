"""Eiffel, both ways: what is told there is valid by Eiffel's own schemas, and comes back as what it was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import aio_pika
import jsonschema_rs
import orjson
import pytest

from adapters.goldens import run
from adapters.mapping import load, load_export
from adapters.mapping.library import shipped
from adapters.model import CDEvent, Encoding, Format, Mapped, Message, Notification, Record
from adapters.route import Origin, exporting, renderer
from adapters.sinks import SINKS
from tests import brokers
from tests.checkout import SPECIFICATION, needs_specification
from tests.mapping.support import notification
from tests.mappings.support import HEARD
from tests.waiting import PATIENCE

INSTANCE = "https://eiffel.example.com/"
EXPORT = load_export("eiffel/out", variables={"domain": "acme"})
THERE = load("eiffel/events", instance=INSTANCE, variables={})
BACK = load("eiffel/events", instance=INSTANCE, variables={"own": True})
OF_LINEAGE = ["gerrit/events", "jenkins/notification", "registry/distribution", "kubernetes/rollout", "jira/webhook"]
MAPPINGS = [name for name in shipped() if not name.startswith("eiffel/")]


class Told(NamedTuple):
    """What must survive the way to Eiffel and back."""

    name: str
    subject: str
    outcome: str | None


@cache
def schema(type_: str, version: str) -> Any:
    """That of an event of Eiffel, as its community publishes it (eiffellib)."""
    text = files("eiffellib").joinpath("schemas", type_, f"{version}.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(orjson.loads(text))


def exported(event: Mapping[str, Any]) -> tuple[Mapped, ...]:
    """What a CDEvent is in Eiffel, all of it valid there."""
    outcome = EXPORT.translate(notification(event))
    assert outcome.errors == ()
    for message in outcome.events:
        meta = message.body["meta"]
        assert [error.message for error in schema(meta["type"], meta["version"]).iter_errors(message.body)] == []
        assert meta["id"] == message.id
    return outcome.events


def heard(body: bytes) -> Notification:
    """A message of Eiffel's bus."""
    return Notification("eiffel", body, HEARD, {"content-type": "application/json"})


def told(event: Mapping[str, Any]) -> Told:
    """Of a CDEvent as it is published."""
    name = ".".join(event["context"]["type"].split(".")[2:4])
    return Told(name, event["subject"]["id"], event["subject"]["content"].get("outcome"))


def returned(events: tuple[CDEvent, ...]) -> list[Told]:
    """The same of what came back."""
    return [Told(event.name, event.subject_id, event.content.get("outcome")) for event in events]


def documents(mapping: str) -> Iterator[dict[str, Any]]:
    """The CDEvents of a mapping's examples."""
    for golden in run(mapping).goldens:
        yield from orjson.loads(golden.text)


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_what_comes_back_is_what_was_told(mapping: str) -> None:
    """Of each event that a shipped mapping makes: one of the same type, subject, outcome and time."""
    for event in documents(mapping):
        bodies = [orjson.dumps(message.body) for message in exported(event)]
        back = [each for body in bodies for each in BACK.translate(heard(body)).events]
        assert returned(tuple(back)) == [told(event)][: len(bodies)]
        assert [each.timestamp[:19] for each in back] == [event["context"]["timestamp"][:19]][: len(bodies)]


@needs_specification
@pytest.mark.parametrize("example", sorted(SPECIFICATION.glob("*/conformance/*.json")), ids=lambda path: path.stem)
def test_examples_of_cdevents_are_valid_there(example: Path) -> None:
    """By the schemas of the edition Orizaba, whichever version of CDEvents they are of."""
    exported(orjson.loads(example.read_bytes()))


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_what_was_exported_is_not_heard_again(mapping: str) -> None:
    """Unless that is asked for, an event of ours makes none: it would go round for ever."""
    for event in documents(mapping):
        for message in exported(event):
            outcome = THERE.translate(heard(orjson.dumps(message.body)))
            assert (outcome.events, outcome.errors, outcome.unmatched) == ((), (), 0)


def test_links_name_what_is_there() -> None:
    """A finished run names what triggered it, an artifact that is published the one that was created, and so on."""
    messages = [message.body for golden in run("eiffel/out").goldens for message in exported(_document(golden.input))]
    types = {body["meta"]["id"]: body["meta"]["type"] for body in messages}
    found = {(link["type"], types.get(link["target"])) for body in messages for link in body["links"]}
    assert {
        ("ACTIVITY_EXECUTION", "EiffelActivityTriggeredEvent"),
        ("CONTEXT", "EiffelActivityTriggeredEvent"),
        ("CONTEXT", "EiffelTestSuiteStartedEvent"),
        ("ARTIFACT", "EiffelArtifactCreatedEvent"),
        ("ENVIRONMENT", "EiffelEnvironmentDefinedEvent"),
        ("CHANGE", "EiffelSourceChangeCreatedEvent"),
        ("SUBJECT", "EiffelSourceChangeCreatedEvent"),
        ("CAUSE", "EiffelSourceChangeSubmittedEvent"),
        ("TEST_CASE_EXECUTION", "EiffelTestCaseTriggeredEvent"),
        ("TEST_SUITE_EXECUTION", "EiffelTestSuiteStartedEvent"),
    } <= found


async def test_it_goes_over_a_real_rabbitmq(tmp_path: Path) -> None:
    """By the routing keys of Sepia, one part for each thing to bind to; what comes from the queue is what was told."""
    events = [event for mapping in OF_LINEAGE for event in documents(mapping) if exported(event)]
    with brokers.running(brokers.rabbitmq(tmp_path)) as server:
        async with await aio_pika.connect(port=server.port, timeout=PATIENCE) as connection:
            channel = await connection.channel()
            exchange = await channel.declare_exchange("eiffel", "topic", durable=True)
            queue = await channel.declare_queue("all", durable=True)
            await queue.bind(exchange, "eiffel.*.*.notag.acme")
            sink = SINKS["rabbitmq"].settings.model_validate(
                {
                    "type": "rabbitmq",
                    "host": "127.0.0.1",
                    "port": server.port,
                    "exchange": "eiffel",
                    "routing_key": "{topic}",
                }
            )
            async with aclosing(SINKS["rabbitmq"].build(sink)) as publisher:
                await publisher.publish([message for event in events for message in mapped(event)])
            bodies: list[bytes] = []
            async with asyncio.timeout(PATIENCE):
                while len(bodies) < sum(len(exported(event)) for event in events):
                    if message := await queue.get(no_ack=True, fail=False):
                        bodies.append(message.body)
                        family, type_ = (message.routing_key or "").split(".")[1:3]
                        assert family
                        assert orjson.loads(message.body)["meta"]["type"] == type_
    back = [each for body in bodies for each in BACK.translate(heard(body)).events]
    assert returned(tuple(back)) == [told(event) for event in events]


def mapped(event: Mapping[str, Any]) -> list[Message]:
    """The messages of a route of the example configuration, for one CDEvent that it hears."""
    render = exporting(
        renderer(lambda _: Origin(INSTANCE, cdevents=True), format_=Format.MAPPED, ends=True),
        lambda: EXPORT,
        Encoding.RAW,
    )
    said = Notification("cdevents", orjson.dumps(event), HEARD, {"content-type": "application/json"})
    return [*render(Record(1, said)).messages]


def _document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return found
