"""Rollouts joined to the changes they bring, incidents to the rollouts they came after: by names, commits and time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from adapters.cdevents.history import BEGINNINGS, MERGED, ROLLOUTS, Entry, brought
from adapters.lineage.event import Event

_Branches = Mapping[str, Sequence[Sequence[Entry]]]


def following(events: Iterable[Event]) -> Iterator[Event]:
    """The events in order of time, in which an event follows more than its links say.

    An incident follows the last rollout of its service before it began, there; a rollout the merges that it brings.
    """
    in_time = sorted(
        {each.id: each for each in events}.values(), key=lambda each: (each.moment, each.name not in ROLLOUTS, each.id)
    )
    branches = _branches(in_time)
    latest: dict[str, Entry] = {}
    with_revision: dict[str, Entry] = {}
    for event in in_time:
        key, entry = event.told.key or "", event.told.entry
        if event.name in ROLLOUTS and key:
            of_branch = (merges for each in entry.revisions for merges in branches.get(each, ()))
            changes = brought(event.told, with_revision.get(key), of_branch)
            latest[key] = entry
            if entry.revisions:
                with_revision[key] = entry
            yield replace(event, parents=(*event.parents, *changes))
        elif event.name in BEGINNINGS and key in latest:
            yield replace(event, parents=(latest[key].id, *event.parents))
        else:
            yield event


def _branches(in_time: Iterable[Event]) -> _Branches:
    """The merges to each branch in order of time, by each commit among them."""
    by_key: dict[str, list[Entry]] = defaultdict(list)
    by_revision: dict[str, list[Sequence[Entry]]] = defaultdict(list)
    for event in in_time:
        if event.name == MERGED and event.told.key:
            merges = by_key[event.told.key]
            merges.append(event.told.entry)
            for each in event.told.entry.revisions:
                by_revision[each].append(merges)
    return by_revision
