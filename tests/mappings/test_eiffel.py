"""Eiffel, both ways: what is told there is valid by Eiffel's own schemas, and comes back as what it was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import aclosing
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import aio_pika
import jsonschema_rs
import orjson
import pytest

from adapters.cdevents.document import document
from adapters.goldens import run
from adapters.mapping import load, load_export
from adapters.mapping.library import find, shipped
from adapters.model import Encoding, Format, Mapped, Message, Notification, Record, Spec
from adapters.route import Origin, exporting, renderer
from adapters.sinks import SINKS
from tests import brokers
from tests.checkout import SPECIFICATION, needs_specification
from tests.mapping.support import notification
from tests.mappings.support import HEARD, invalid
from tests.waiting import PATIENCE

INSTANCE = "https://eiffel.example.com/"
EXPORT = load_export("eiffel/out", variables={"domain": "acme"})
THERE = load("eiffel/events", instance=INSTANCE, variables={})
BACK = load("eiffel/events", instance=INSTANCE, variables={"own": True})
OF_LINEAGE = ["gerrit/events", "jenkins/notification", "registry/distribution", "kubernetes/rollout", "jira/webhook"]
MAPPINGS = [name for name in shipped() if not name.startswith("eiffel/")]


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


def returned(bodies: Iterable[bytes]) -> list[dict[str, Any]]:
    """The CDEvents that come back of messages of Eiffel's bus, as they are published."""
    outcomes = [BACK.translate(heard(body)) for body in bodies]
    assert [error for outcome in outcomes for error in outcome.errors] == []
    return [document(event, Spec.V0_5_1) for outcome in outcomes for event in outcome.events]


def documents(mapping: str) -> Iterator[dict[str, Any]]:
    """The CDEvents of a mapping's examples."""
    for golden in run(mapping).goldens:
        yield from orjson.loads(golden.text)


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_what_comes_back_is_what_was_told(mapping: str) -> None:
    """Each event that a shipped mapping makes, if Eiffel has a word for it: its id, outcome, chain, links and all."""
    for event in documents(mapping):
        bodies = [orjson.dumps(message.body) for message in exported(event)]
        assert returned(bodies) == [event][: len(bodies)]


@needs_specification
@pytest.mark.parametrize("example", sorted(SPECIFICATION.glob("*/conformance/*.json")), ids=lambda path: path.stem)
def test_examples_of_cdevents_are_valid_there(example: Path) -> None:
    """By the schemas of the edition Orizaba, whichever version of CDEvents they are of."""
    exported(orjson.loads(example.read_bytes()))


@needs_specification
@pytest.mark.parametrize("example", sorted(SPECIFICATION.glob("*/conformance/*.json")), ids=lambda path: path.stem)
def test_examples_of_cdevents_come_back(example: Path) -> None:
    """In the words of 0.5.1, whichever version they are of: the same event, of the same chain, with the same links."""
    event = orjson.loads(example.read_bytes())
    back = returned(orjson.dumps(message.body) for message in exported(event))
    kept = ("id", "source", "chainId", "links")
    for each in back:
        assert [each["context"].get(name) for name in kept] == [event["context"].get(name) for name in kept]
        assert each["subject"]["id"] == event["subject"]["id"]


def test_links_of_others_lead_to_what_they_name() -> None:
    """An event has the id that Eiffel knows it by, of whatever type it is: so each link of another tool is one."""
    inputs = [orjson.loads(golden.input.read_bytes()) for golden in run("eiffel/events").goldens]
    said = [each.get("data", {}) if "specversion" in each else each for each in inputs]
    for body in (each for each in said if "customData" not in each["data"]):
        for event in THERE.translate(heard(orjson.dumps(body))).events:
            ends = [(link.get("target") or link["from"])["contextId"] for link in event.links]
            assert event.id == body["meta"]["id"]
            assert sorted(ends) == sorted(link["target"] for link in body.get("links", []))


STARTED = "activity-started.json"
UUID = "0e7a6c11-52f4-4d0a-9a51-c2f0f1e4d7aa"
NEEDED = ("ARTIFACT", "ENVIRONMENT", "TEST_CASE_EXECUTION", "TEST_SUITE_EXECUTION")
SCHEMAS = sorted(Path(str(files("eiffellib"))).glob("schemas/Eiffel*/*.json"))


def _heard_with(custom: Any, meta: Mapping[str, Any] | None = None) -> Any:
    body = _document(find("eiffel/events").with_name("inputs") / STARTED)
    return {**body, "meta": {**body["meta"], **(meta or {})}, "data": {**body["data"], "customData": custom}}


@pytest.mark.parametrize("custom", [{}, {"team": "web"}, "text", 7, [], [None, 1, {}, {"key": "cdevent"}], None])
@pytest.mark.parametrize("mapper", [THERE, BACK])
def test_custom_data_of_any_form_is_others_own(mapper: Any, custom: object) -> None:
    """An object, where Eiffel has a list: it says nothing of a CDEvent, and no event is lost for it."""
    outcome = mapper.translate(heard(orjson.dumps(_heard_with(custom))))
    assert [event.name for event in outcome.events] == ["pipelinerun.started"]
    assert outcome.errors == ()


@pytest.mark.parametrize(
    "wrong", ["text", 7, {"context": {}}, {"context": {"id": "a\r\nb"}}, {"context": {"id": "x" * 2000}}]
)
@pytest.mark.parametrize("form", [lambda value: [{"key": "cdevent", "value": value}], lambda value: {"cdevent": value}])
def test_a_cdevent_that_is_none_is_told(form: Any, wrong: object) -> None:
    """Who hears CDEvents by way of Eiffel has a dead letter with a reason, and no other event in its place."""
    outcome = BACK.translate(heard(orjson.dumps(_heard_with(form(wrong)))))
    assert outcome.events == ()
    (error,) = outcome.errors
    assert "rule carried: the CDEvent that is carried is none: context." in error


@pytest.mark.parametrize("id_", ["a\0b", "a\r\nb", "\x85", "x" * 1025])
def test_an_id_that_could_be_in_no_header_is_told(id_: str) -> None:
    """It would be the event's own, which sinks have in headers and keys."""
    outcome = THERE.translate(heard(orjson.dumps(_heard_with([], {"id": id_}))))
    assert outcome.events == ()
    (error,) = outcome.errors
    assert "and an id" in error


@pytest.mark.parametrize("schema_", SCHEMAS, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_each_version_of_each_event_is_one(schema_: Path) -> None:
    """With what its schema asks for and no more, in all editions: one event, valid, of the id that it has there."""
    body = least(orjson.loads(schema_.read_bytes())) | {"links": [{"type": kind, "target": UUID} for kind in NEEDED]}
    body["meta"] = {**body.get("meta", {}), "id": UUID, "type": schema_.parent.name, "time": 1767312000123}
    (event,) = THERE.translate(heard(orjson.dumps(body))).events
    assert event.id == UUID
    assert invalid([event]) == []


def least(schema: Mapping[str, Any], name: str = "") -> Any:
    """The smallest value of a schema of Eiffel's."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            wanted = schema.get("required") or schema.get("properties", {})
            return {each: least(schema["properties"][each], each) for each in wanted}
        case "array":
            return [least(schema["items"])] * schema.get("minItems", 0)
        case "integer" | "number":
            return 1767312000123
        case _:
            return "pkg:maven/a/b@1" if name == "identity" else f"https://eiffel.example.com/{name}"


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
    assert returned(bodies) == events


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
