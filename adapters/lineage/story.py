"""Events joined by their chain and links into a tree: what followed from what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_FOLLOWS = ("PATH", "END", "RELATION")


@dataclass(frozen=True, slots=True)
class Event:
    """What a story needs of a CDEvent; `parents` are the ids of what it follows, by a path, then by a relation."""

    id: str
    name: str
    source: str
    time: str
    subject: str
    chain: str | None
    parents: tuple[str, ...]
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """An event, and what followed from it in order of time."""

    event: Event
    children: Sequence[Node]


def event(document: Mapping[str, Any]) -> Event:
    """A CDEvent document of either version as an Event; raises KeyError when it is none."""
    context, subject = document["context"], document["subject"]
    links = sorted(context.get("links", ()), key=lambda link: _FOLLOWS.index(link["linkType"]))
    ends = [link.get("from") or link.get("target") or {} for link in links]
    return Event(
        id=context["id"],
        name=context["type"].removeprefix("dev.cdevents.").rsplit(".", 3)[0],
        source=context["source"],
        time=context["timestamp"],
        subject=subject["id"],
        chain=context.get("chainId"),
        parents=tuple(end["contextId"] for end in ends if "contextId" in end),
        outcome=subject["content"].get("outcome"),
    )


def story(events: Iterable[Event], wanted: str) -> list[Node]:
    """The trees of the chains in which an event has an id, subject or chain that is wanted; none where none has.

    What is told twice counts once. An event whose parent is not among the events begins a tree.
    """
    known = {each.id: each for each in events}
    begun = [each for each in known.values() if wanted in (each.id, each.subject, each.chain)]
    chains = {each.chain for each in begun if each.chain}
    chosen = {each.id: each for each in known.values() if each.chain in chains or each in begun}
    return _forest(chosen)


def _forest(events: Mapping[str, Event]) -> list[Node]:
    in_time = sorted(events.values(), key=lambda each: (each.time, each.id))
    children: dict[str | None, list[Event]] = defaultdict(list)
    for each, parent in _parents(in_time, events).items():
        children[parent].append(events[each])
    return [_node(each, children) for each in children[None]]


def _parents(in_time: Sequence[Event], events: Collection[str]) -> dict[str, str | None]:
    """What each event stands under; links that go round are cut where they come back."""
    above: dict[str, str | None] = {}
    for each in in_time:
        possible = (parent for parent in each.parents if parent in events and not _is_above(each.id, parent, above))
        above[each.id] = next(possible, None)
    return above


def _is_above(id_: str, start: str, above: Mapping[str, str | None]) -> bool:
    """Whether the way up from an event comes to another."""
    at: str | None = start
    while at is not None and at != id_:
        at = above.get(at)
    return at == id_


def _node(each: Event, children: Mapping[str | None, Sequence[Event]]) -> Node:
    return Node(each, [_node(child, children) for child in children.get(each.id, ())])
