"""Paths of an export mapping that lead nowhere in any event that it is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from adapters.cdevents.members import members
from adapters.cdevents.vocabulary import EVENTS
from adapters.mapping.export.document import ExportFile, MessageRule
from adapters.mapping.wanted import wishes
from adapters.mapping.when import Members, lost
from adapters.model import Spec
from adapters.yamlfile import Finding, Location

_NEWEST = Spec.V0_6_0
"""What has every type, in the words of 0.5.1."""


def astray(model: ExportFile) -> Iterator[Finding]:
    """Each path in a template which no event has: those of a message by its types, those of `let` by all of them."""
    for name, message in model.messages.items():
        parts = message.model_dump(include={"id", "type", "key", "topic", "path", "headers", "body"})
        yield from _in(("messages", name), parts, members(_NEWEST, message.types), _named(message))
    known = members(_NEWEST, [*EVENTS])
    if not any(_any_content(message) for message in model.messages.values()):
        yield from _in(("let",), model.let, known, {*_each_as(model.let), *_split_as(model.messages.values())})


def _any_content(message: MessageRule) -> bool:
    return members(_NEWEST, message.types)["subject"]["content"] is None


def _in(at: Location, value: Any, known: Members, others: Collection[str]) -> Iterator[Finding]:
    for wish in wishes(at, value):
        if wish.path.steps[0] not in others and (found := lost(wish.path.steps, known)):
            yield wish.at, *found


def _named(message: MessageRule) -> set[str]:
    return {*_each_as(message.body), *_split_as([message])}


def _split_as(messages: Collection[MessageRule]) -> Iterator[str]:
    return (message.split.as_ for message in messages if message.split is not None)


def _each_as(value: Any) -> Iterator[str]:
    """The names that items of `$each` have, at whatever depth."""
    if isinstance(value, dict):
        if "$each" in value and isinstance(value.get("as"), str):
            yield value["as"]
        for each in value.values():
            yield from _each_as(each)
    elif isinstance(value, list):
        for each in value:
            yield from _each_as(each)
