"""Events joined by their chain, their links and the artifacts they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from adapters.lineage.event import Event
from adapters.lineage.following import following
from adapters.lineage.tree import Node, forest
from adapters.lineage.wanted import Wanted


def story(events: Iterable[Event], wanted: str) -> list[Node]:
    """The trees of all that has to do with what is wanted, in the words of `Wanted`.

    Events have to do with each other that share a chain or an artifact, or that links lead from one to the other, an
    incident with the rollout that it came after, and a rollout with the changes it brings. What is told twice counts
    once.
    """
    known = {each.id: each for each in following(events)}
    sought = Wanted(wanted)
    begun = [each for each in known.values() if sought.is_of(each)]
    return forest({each.id: each for each in _tied(begun, known.values())})


def _ties(event: Event) -> Iterator[str]:
    """What an event has in common with those it has to do with."""
    yield from (event.id, *event.parents, *event.artifacts)
    if event.chain:
        yield event.chain


def _tied(begun: Iterable[Event], events: Iterable[Event]) -> Iterator[Event]:
    """The events that have to do with those begun with, and with those in turn, each once."""
    by_tie: dict[str, list[Event]] = defaultdict(list)
    for each in events:
        for tie in _ties(each):
            by_tie[tie].append(each)
    waiting, seen = list(begun), set[str]()
    while waiting:
        event = waiting.pop()
        if event.id not in seen:
            seen.add(event.id)
            yield event
            waiting.extend(other for tie in _ties(event) for other in by_tie.pop(tie, ()))
