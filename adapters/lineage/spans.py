"""Where the time of a story went: in review, waiting, running, deploying, and until incidents were over. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adapters.cdevents.history import BEGINNINGS, INCIDENT, ROLLOUTS
from adapters.lineage.event import Event


class Phase(StrEnum):
    """What the time of a story goes into, in the order in which it mostly does."""

    REVIEW = "review"
    WAITING = "waiting"
    RUNNING = "running"
    DEPLOYING = "deploying"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Span:
    """A time from one event to another; `end` is None while it goes on."""

    phase: Phase
    begin: Event
    end: Event | None

    @property
    def seconds(self) -> float | None:
        """How long it was, None where it is not over."""
        return (self.end.moment - self.begin.moment).total_seconds() if self.end else None


@dataclass(frozen=True, slots=True)
class Spent:
    """The time of one phase: `seconds` in which at least one span of it was, of so many that are over or still `open`.

    None where none of them is over.
    """

    phase: Phase
    seconds: float | None
    spans: int
    open: int
    longest: Span | None


_ENDS: Mapping[Phase, frozenset[str]] = {
    Phase.REVIEW: frozenset({"merged", "abandoned"}),
    Phase.WAITING: frozenset({"started", "finished"}),
    Phase.RUNNING: frozenset({"finished"}),
    Phase.INCIDENT: frozenset({"resolved"}),
}
_MADE = frozenset({"artifact.packaged", "artifact.published"})


def place(event: Event) -> tuple[str, str, str]:
    """What an event is about, as rows of a story are: a service is another one in each environment."""
    return event.kind, event.subject, (event.environment or "") if event.kind == "service" else ""


def spans(events: Iterable[Event]) -> list[Span]:
    """The spans between events, in order of their beginnings."""
    in_time = sorted(events, key=lambda each: (each.moment, each.name, each.id))
    by_place: dict[tuple[str, str, str], list[Event]] = defaultdict(list)
    for each in in_time:
        by_place[place(each)].append(each)
    within = (span for about in by_place.values() for span in _within(about))
    return sorted([*within, *_deploying(in_time)], key=lambda span: (span.begin.moment, span.phase, span.begin.id))


def spent(found: Iterable[Span]) -> list[Spent]:
    """How long each phase was, in the order of phases; a time in which several spans are counts once."""
    by_phase: dict[Phase, list[Span]] = defaultdict(list)
    for each in found:
        by_phase[each.phase].append(each)
    return [_spent(phase, by_phase[phase]) for phase in Phase if phase in by_phase]


def _spent(phase: Phase, found: Sequence[Span]) -> Spent:
    over = [(each.begin.moment, each.end.moment) for each in found if each.end]
    longest = max((each for each in found if each.end), key=lambda each: each.seconds or 0.0, default=None)
    return Spent(phase, _covered(over) if over else None, len(found), len(found) - len(over), longest)


def _covered(times: Sequence[tuple[datetime, datetime]]) -> float:
    """Seconds that are in at least one of some times."""
    total, reached = 0.0, min(begin for begin, _ in times)
    for begin, end in sorted(times):
        total += max(0.0, (end - max(begin, reached)).total_seconds())
        reached = max(reached, end)
    return total


def _within(about: Sequence[Event]) -> Iterator[Span]:
    """The spans of what is about one thing, in order of time."""
    begin: Event | None = None
    phase: Phase | None = None
    for event in about:
        if begin and phase and event.predicate in _ENDS[phase]:
            yield Span(phase, begin, event)
            begin = phase = None
        if begin is None and (phase := _begins(event)):
            begin = event
    if begin and phase:
        yield Span(phase, begin, None)


def _begins(event: Event) -> Phase | None:
    """The phase that an event begins; one of a kind that has no phases begins none."""
    if event.name in ("change.created", "change.updated"):
        return Phase.REVIEW
    if event.name in BEGINNINGS:
        return Phase.INCIDENT
    if event.kind != INCIDENT.rstrip("."):
        return {"queued": Phase.WAITING, "started": Phase.RUNNING}.get(event.predicate)
    return None


def _deploying(in_time: Sequence[Event]) -> Iterator[Span]:
    """From when an artifact was there, or else what a rollout follows, to its first rollout in a place."""
    by_id = {each.id: each for each in in_time}
    made: dict[str, Event] = {}
    for each in in_time:
        for artifact in each.artifacts if each.name in _MADE else ():
            made.setdefault(artifact, each)
    arrived = set[tuple[tuple[str, str, str], frozenset[str]]]()
    for each in in_time:
        key = place(each), each.artifacts
        if each.name in ROLLOUTS and key not in arrived:
            arrived.add(key)
            builds = [made[artifact] for artifact in sorted(each.artifacts) if artifact in made]
            before = [*builds, *(by_id[parent] for parent in each.parents if parent in by_id)]
            if begin := next((other for other in before if other.moment < each.moment), None):
                yield Span(Phase.DEPLOYING, begin, each)
