"""Every shipped export mapping over every event that there can be: messages, or nothing on purpose, never a crash."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from adapters.errors import MappingError
from adapters.goldens import check, context, run, sent
from adapters.mapping import Exporter, library, load_export
from adapters.model import Mapped
from tests.checkout import SPECIFICATION, needs_specification
from tests.mapping.support import notification
from tests.mappings.damage import DAMAGE, damaged, places

EXPORTS = library.shipped(library.EXPORT)
EXAMPLES = sorted(SPECIFICATION.glob("*/conformance/*.json"))
INPUTS = [(name, path) for name in EXPORTS for path in sorted(library.either(name).with_name("inputs").glob("*.json"))]
PLACE = re.compile(r"\S+\.yaml:\d+:\d+: ")


@cache
def exporter(name: str, stem: str = "") -> Exporter:
    """A shipped export, with the variables of one of its examples, or of all."""
    around = context(name)
    variables = around.of(Path(stem)).variables
    return load_export(name, variables=variables, folder=library.either(name).parent)


def made(exporter: Exporter, event: Any) -> tuple[Mapped, ...]:
    """What an export makes of an event, all of which can be written."""
    outcome = exporter.translate(notification(event))
    assert outcome.errors == ()
    assert outcome.unmatched == 0
    assert all(orjson.dumps(message.body) and message.id and message.type for message in outcome.events)
    return outcome.events


@pytest.mark.parametrize("name", EXPORTS)
def test_its_examples_become_what_they_should(name: str) -> None:
    """As `check --strict` has it: each of its messages, and each `ignore`, has an example."""
    suite = run(name)
    assert [str(problem) for problem in (*check(suite), *suite.unreached)] == []


@needs_specification
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
@pytest.mark.parametrize("name", EXPORTS)
def test_any_cdevent_makes_messages_or_none(name: str, example: Path) -> None:
    """Those of CDEvents' own examples, of either version: one message's id is not another's."""
    messages = made(exporter(name), orjson.loads(example.read_bytes()))
    assert len({message.id for message in messages}) == len(messages)


@pytest.mark.parametrize(("name", "path"), INPUTS, ids=lambda value: getattr(value, "name", value))
def test_a_message_is_the_same_again(name: str, path: Path) -> None:
    """The same event, heard again, is the same message with the same id."""
    found = exporter(name, path.stem)
    for each in sent(path):
        assert made(found, orjson.loads(each.body)) == made(found, orjson.loads(each.body))


@pytest.mark.parametrize(("name", "path"), INPUTS, ids=lambda value: getattr(value, "name", value))
def test_damage_is_told_or_does_no_harm(name: str, path: Path) -> None:
    """However an event is damaged in one place: messages that can be written, nothing, or an error with its place."""
    found, event = exporter(name, path.stem), orjson.loads(path.read_bytes())
    for number, place in enumerate(places(event)):
        for damage in DAMAGE[number % 3 :: 3]:
            harmless(found, damaged(event, place, damage))


def harmless(exporter: Exporter, event: Any) -> None:
    """Whatever an event is, it is no traceback."""
    try:
        outcome = exporter.translate(notification(event))
    except MappingError as error:
        assert "is not one of CDEvents" in str(error) or "is not JSON" in str(error)
        return
    assert all(PLACE.match(error) for error in outcome.errors), outcome.errors
    assert all(orjson.dumps(message.body) is not None for message in outcome.events)


STATUSES = ["github/commit-status", "gitlab/commit-status"]
OF_HOSTS = ["github/events", "github/checks", "gitlab/events"]
OF_OTHERS = ["circleci/webhook", "travis/webhook", "buildkite/webhook", "drone/webhook", "jenkins/notification"]


def documents(mapping: str) -> Iterator[dict[str, Any]]:
    """What a mapping's examples make, as it is published."""
    for golden in run(mapping).goldens:
        yield from orjson.loads(golden.text)


@pytest.mark.parametrize("name", STATUSES)
@pytest.mark.parametrize("mapping", OF_HOSTS)
def test_a_code_host_is_not_told_what_it_told(name: str, mapping: str) -> None:
    """What it is told it tells again by its webhooks, and so it would go on for ever."""
    for event in documents(mapping):
        found = load_export(name, variables={"host": urlsplit(event["context"]["source"]).netloc, "tasks": True})
        assert made(found, event) == ()


@pytest.mark.parametrize("name", STATUSES)
@pytest.mark.parametrize("mapping", OF_OTHERS)
def test_a_code_host_is_told_of_the_runs_of_any_other(name: str, mapping: str) -> None:
    """They say alike which commit of which repository they are of, and who names neither is left out."""
    events = [event for event in documents(mapping) if "scm" in event.get("customData", {})]
    hosts = {str(event["customData"]["scm"].get("repository", "github.com/")).split("/")[0] for event in events}
    found = [load_export(name, variables={"host": host, "tasks": True}) for host in hosts]
    assert [message for event in events for each in found for message in made(each, event)]
