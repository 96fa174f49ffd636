"""Two ways to render the same record, compared event by event and path by path. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from adapters.model import Message
from adapters.route.rendered import Rendered

Document = Mapping[str, Any]
"""A CDEvent as it would be published."""


class Verdict(StrEnum):
    """What a new mapping makes of a notification, beside the old one."""

    SAME = "same"
    DIFFERENT = "different"
    ONLY_OLD = "only-old"
    ONLY_NEW = "only-new"
    FAILED = "failed"


class Difference(NamedTuple):
    """What differs, and where: at a path in an event (`subject.content.outcome`), or as a whole; None is nothing."""

    path: str
    old: Any
    new: Any


class Comparison(NamedTuple):
    """A verdict, and all that speaks for it."""

    verdict: Verdict
    differences: tuple[Difference, ...] = ()


def compared(old: Rendered, new: Rendered) -> Comparison:
    """What the new way makes of a record; that it fails counts only where the old one does not."""
    if new.errors and not old.errors:
        return Comparison(Verdict.FAILED, tuple(map(_of_failure, new.errors)))
    if [each.data for each in old.messages] == [each.data for each in new.messages]:
        found = tuple(_of_unmatched(old, new))
        return Comparison(Verdict.DIFFERENT if found else Verdict.SAME, found)
    found = tuple(_of_events(_documents(old.messages), _documents(new.messages)))
    return Comparison(_verdict(old, new, found), found)


def _verdict(old: Rendered, new: Rendered, found: Sequence[Difference]) -> Verdict:
    if not new.messages:
        return Verdict.ONLY_OLD
    if not old.messages:
        return Verdict.ONLY_NEW
    return Verdict.DIFFERENT if found else Verdict.SAME


def _of_failure(reason: str) -> Difference:
    return Difference(f"error {reason.partition(': ')[0]}", None, reason)


def _of_unmatched(old: Rendered, new: Rendered) -> Iterator[Difference]:
    if old.unmatched != new.unmatched:
        yield Difference("unmatched", old.unmatched, new.unmatched)


def _of_events(old: list[Document], new: list[Document]) -> Iterator[Difference]:
    for one, other in _paired(old, new):
        if one is None or other is None:
            verdict = Verdict.ONLY_NEW if one is None else Verdict.ONLY_OLD
            yield Difference(f"event {verdict}", one and _named(one), other and _named(other))
        else:
            yield from _of_paths(dict(_leaves(one)), dict(_leaves(other)))


def _of_paths(old: Document, new: Document) -> Iterator[Difference]:
    for path in dict.fromkeys([*old, *new]):
        if old.get(path) != new.get(path):
            yield Difference(path, old.get(path), new.get(path))


def _paired(old: list[Document], new: list[Document]) -> Iterator[tuple[Document | None, Document | None]]:
    """Each event with the one that is meant to be the same: by id, or else by type, or else by subject."""
    for likeness in _LIKENESSES:
        for one in [*old]:
            other = next((each for each in new if likeness(each) == likeness(one)), None)
            if other is not None:
                old.remove(one)
                new.remove(other)
                yield one, other
    yield from ((one, None) for one in old)
    yield from ((None, other) for other in new)


_LIKENESSES: Sequence[Callable[[Document], str]] = (
    lambda document: document["context"]["id"],
    lambda document: document["context"]["type"],
    lambda document: document["subject"]["id"],
)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is neither an object nor a list with something in it, by its path."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _leaves(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def _documents(messages: Sequence[Message]) -> list[Document]:
    return [orjson.loads(message.data) for message in messages]


def _named(document: Document) -> str:
    return f"{document['context']['type']} of {document['subject']['id']}"
