"""Events as trees: each under what it follows, in order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.lineage.event import Event


@dataclass(frozen=True, slots=True)
class Node:
    """An event, and what followed from it in order of time."""

    event: Event
    children: list[Node] = field(default_factory=list)


def forest(events: Mapping[str, Event]) -> list[Node]:
    """The trees of events, by their ids. An event that follows none of the others begins one."""
    in_time = sorted(events.values(), key=lambda each: (each.moment, each.name, each.id))
    nodes = {each.id: Node(each) for each in in_time}
    roots: list[Node] = []
    for id_, parent in _parents(in_time, events).items():
        (nodes[parent].children if parent else roots).append(nodes[id_])
    return roots


def _parents(in_time: Sequence[Event], events: Collection[str]) -> dict[str, str | None]:
    """What each event stands under; what goes round is cut where it comes back.

    That is what it is linked to; without a link, the first about its artifact that is linked, or else that came before.
    """
    above: dict[str, str | None] = {}
    for each in in_time:
        above[each.id] = _parent(each, (parent for parent in each.parents if parent in events), above)
    about = _by_artifact(sorted(in_time, key=lambda each: above[each.id] is None))
    for each in in_time:
        if above[each.id] is None:
            above[each.id] = _parent(each, _first_of(each, about), above)
    return above


def _parent(event: Event, possible: Iterable[str], above: Mapping[str, str | None]) -> str | None:
    return next((parent for parent in possible if not _is_above(event.id, parent, above)), None)


def _by_artifact(events: Iterable[Event]) -> Mapping[str, Sequence[str]]:
    about: dict[str, list[str]] = defaultdict(list)
    for each in events:
        for artifact in each.artifacts:
            about[artifact].append(each.id)
    return about


def _first_of(event: Event, about: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The first event about each of its artifacts, unless that is itself."""
    firsts = (about[artifact][0] for artifact in sorted(event.artifacts))
    return (first for first in firsts if first != event.id)


def _is_above(id_: str, start: str, above: Mapping[str, str | None]) -> bool:
    """Whether the way up from an event comes to another."""
    at: str | None = start
    while at is not None and at != id_:
        at = above.get(at)
    return at == id_
