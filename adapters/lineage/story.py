"""Events joined by their chain, their links and the artifacts they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from adapters.cdevents.artifacts import artifact, digest
from adapters.lineage.event import Event
from adapters.lineage.following import following
from adapters.lineage.tree import Node, forest
from adapters.mapping.filters.purl import tag_purl


def story(events: Iterable[Event], wanted: str) -> list[Node]:
    """The trees of all that has to do with what is wanted.

    That is an event's id, a subject, a chain, a service, a commit, a change's URL, or an artifact: its package URL, an
    image as it is written, or a digest.

    Events have to do with each other that share a chain or an artifact, or that links lead from one to the other, an
    incident with the rollout that it came after, and a rollout with the changes it brings. What is told twice counts
    once.
    """
    known = {each.id: each for each in following(events)}
    begun = [each for each in known.values() if _is(each, wanted)]
    return forest({each.id: each for each in _tied(begun, known.values())})


def _is(event: Event, wanted: str) -> bool:
    tagged = tag_purl(wanted)
    packages = {artifact(wanted), artifact(tagged) if isinstance(tagged, str) else None}
    if wanted in (event.subject, event.service, event.url, *event.told.entry.revisions, *_ties(event)):
        return True
    found = digest(f"@{wanted.partition('?')[0]}")
    return any(each in packages or (found and digest(each) == found) for each in event.artifacts)


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
