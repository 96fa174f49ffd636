"""What was brought where, when, by whom and from which change: the events of services. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from adapters.cdevents.history import MERGED, ROLLOUTS
from adapters.lineage.event import Event

REMOVED = "service.removed"
_SAID = ROLLOUTS | {REMOVED}

_HASH = re.compile(r"(sha256:|sha512:)?([0-9a-f]{40,128})")

Place = tuple[str, str]
"""A service and an environment; the environment is empty where nobody says which."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A service was deployed, upgraded, rolled back or removed; the change and the run that it came from, if known."""

    event: Event
    change: Event | None
    run: Event | None

    @property
    def place(self) -> Place:
        """What was delivered where."""
        return self.event.subject, self.event.environment or ""

    @property
    def version(self) -> str:
        """What people tell versions apart by: a tag, a version, the beginning of a digest or a commit; or nothing."""
        entry = self.event.told.entry
        package, _, qualifiers = (entry.artifact or "").partition("?")
        tag = parse_qs(qualifiers).get("tag")
        named = unquote(package.rpartition("@")[2]) if "@" in package else ""
        return tag[0] if tag else _short(named or next(iter(entry.revisions), ""))

    @property
    def removed(self) -> bool:
        """Whether nothing of it is left there."""
        return self.event.name == REMOVED


def _short(text: str) -> str:
    """Of a hash twelve digits, as git and docker show them."""
    return f"{match[1] or ''}{match[2][:12]}" if (match := _HASH.fullmatch(text)) else text


def deliveries(events: Iterable[Event]) -> list[Delivery]:
    """Those among some events, the latest first. Changes and runs are known where their events are among them."""
    known = {each.id: each for each in events}
    changes = _changes(known.values())
    found = (
        Delivery(each, changes.get(each.chain or ""), _run(each, known))
        for each in known.values()
        if each.name in _SAID
    )
    return sorted(found, key=lambda each: (each.event.moment, each.event.id), reverse=True)


def current(found: Iterable[Delivery]) -> Mapping[Place, Sequence[Delivery]]:
    """What is where now, of deliveries with the latest first: the last that each source told of each place.

    That it was removed is left out where another source tells that something is there.
    """
    latest: dict[Place, dict[str, Delivery]] = defaultdict(dict)
    for each in found:
        latest[each.place].setdefault(each.event.source, each)
    return {place: _there(list(of_source.values())) for place, of_source in sorted(latest.items())}


def _there(found: Sequence[Delivery]) -> Sequence[Delivery]:
    return [each for each in found if not each.removed] or found


def _changes(events: Iterable[Event]) -> Mapping[str, Event]:
    """The change of each chain: its merge, or else the first that is known of it."""
    changes: dict[str, Event] = {}
    for each in sorted(events, key=lambda each: (each.name != MERGED, each.moment, each.id)):
        if each.kind == "change" and each.chain:
            changes.setdefault(each.chain, each)
    return changes


def _run(event: Event, known: Mapping[str, Event]) -> Event | None:
    """The run that an event has a link to, be it of a pipeline or a build."""
    parents = (known[parent] for parent in event.parents if parent in known)
    return next((each for each in parents if each.kind in ("pipelinerun", "taskrun", "build")), None)
