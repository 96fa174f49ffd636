"""Every shipped export mapping over every event that there can be: a message, or nothing on purpose, never a crash."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.goldens import check, context, run, sent
from adapters.mapping import Exporter, library, load_export
from adapters.model import Mapped
from tests.checkout import SPECIFICATION, needs_specification
from tests.mapping.support import notification

EXPORTS = library.shipped(library.EXPORT)
EXAMPLES = sorted(SPECIFICATION.glob("*/conformance/*.json"))


@cache
def exporter(name: str) -> Exporter:
    """A shipped export, with the variables of its examples."""
    return load_export(name, variables=context(name).variables)


def made(name: str, event: Any) -> tuple[Mapped, ...]:
    """What it makes of an event, all of which can be written."""
    outcome = exporter(name).translate(notification(event))
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
    messages = made(name, orjson.loads(example.read_bytes()))
    assert len({message.id for message in messages}) == len(messages)


def inputs() -> list[tuple[str, Path]]:
    """Every example of every shipped export."""
    return [(name, path) for name in EXPORTS for path in sorted(library.either(name).with_name("inputs").iterdir())]


@pytest.mark.parametrize(("name", "path"), inputs(), ids=lambda value: getattr(value, "name", value))
def test_a_message_is_the_same_again(name: str, path: Path) -> None:
    """The same event, heard again, is the same message with the same id."""
    for each in sent(path):
        assert made(name, orjson.loads(each.body)) == made(name, orjson.loads(each.body))
