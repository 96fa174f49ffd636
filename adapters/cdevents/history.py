"""What came before an event: which rollout an incident is under, and which changes a rollout brings. Pure.

Nothing here depends on the order in which rollouts and merges are heard, but of what has the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import takewhile
from typing import Any, NamedTuple

import orjson

ROLLOUTS = frozenset({"service.deployed", "service.upgraded", "service.rolledback"})
BEGINNINGS = frozenset({"incident.detected", "incident.reported"})
MERGED = "change.merged"
INCIDENT = "incident."

ROLLOUTS_KEPT = 20
"""Rollouts of one service to one environment that are remembered, the latest."""

MERGES_KEPT = 200
"""Merges to one branch of one repository that are remembered, the latest; as many changes a rollout may bring."""

LONGEST = 512
"""Characters of a name; what has a longer one is not remembered."""


class Entry(NamedTuple):
    """A rollout or a merge: its id, its moment in RFC 3339 (UTC), its chain and the commits that it is known by.

    `artifact` is the package URL of what was rolled out.
    """

    moment: str
    id: str
    chain: str | None
    revisions: tuple[str, ...] = ()
    artifact: str | None = None


class Told(NamedTuple):
    """What of a CDEvent counts here; `key` is where it is, or is to be, remembered, None where it says too little.

    `before` is the commit that ran there before a rollout, where the event says it.
    """

    name: str
    subject: str
    entry: Entry
    key: str | None
    before: tuple[str, ...] = ()


def told(name: str, subject: str, entry: Entry, content: Mapping[str, Any], custom: Mapping[str, Any]) -> Told:
    """Reads an event; what is not of the right shape is not there. `entry` is still without its revisions."""
    if not _timely(entry.moment) or max(len(entry.id), len(entry.chain or "")) > LONGEST:
        return Told(name, subject, entry, None)
    if name == MERGED:
        change, patchset = _object(custom, "change"), _object(custom, "patchset")
        known = entry._replace(revisions=_texts(custom.get("newRev"), patchset.get("revision")))
        place = _object(content, "repository")
        names = _texts(place.get("source", "-"), place.get("id"), change.get("branch"))
        return Told(name, subject, known, key("merges", *names) if known.revisions and names else None)
    service = subject if name in ROLLOUTS else _object(content, "service").get("id")
    names = _texts(service, _object(content, "environment").get("id"))
    (artifact,) = _texts(content.get("artifactId")) or (None,)
    known = entry._replace(revisions=_texts(custom.get("revision")), artifact=artifact)
    before = _texts(_object(custom, "before").get("commit"))
    return Told(name, subject, known, key("rollouts", *names) if len(names) > 1 else None, before)


def remembered(known: Sequence[Entry], new: Entry, most: int) -> list[Entry]:
    """What is known with one more, in the order of time; what is told again counts once, and the oldest goes."""
    others = [*known] if any(each.id == new.id for each in known) else [*known, new]
    return sorted((new if each.id == new.id else each for each in others), key=_moment)[-most:]


def rollout_before(incident: Told, known: Sequence[Entry]) -> Entry | None:
    """The last of the rollouts there that was not after an incident began."""
    return next((each for each in reversed(known) if _moment(each) <= _moment(incident.entry)), None)


def revision_before(rollout: Entry, known: Sequence[Entry]) -> Entry | None:
    """The last rollout there before another of which the commit is known."""
    earlier = [each for each in takewhile(lambda each: each.id != rollout.id, known) if each.revisions]
    return earlier[-1] if earlier else None


def brought(rollout: Told, before: Entry | None, branches: Iterable[Sequence[Entry]]) -> list[str]:
    """The ids of the merges that a rollout brings: those after the commit of the one before, up to its own.

    What ran before is what the rollout itself says, or else `before`, the one that was told before it. None where no
    branch has both commits in this order: who goes back brings nothing.
    """
    commits = rollout.before or (before.revisions if before else ())
    for merges in branches:
        first, last = _place(merges, commits), _place(merges, rollout.entry.revisions)
        if first is not None and last is not None:
            return [each.id for each in merges[first + 1 : last + 1]]
    return []


def key(kind: str, *names: str) -> str:
    """What is remembered under it is of a kind, and of what has these names."""
    text = orjson.dumps(names).decode()
    return f"{kind}\n{text if len(text) <= LONGEST else sha256(text.encode()).hexdigest()}"


def _place(merges: Sequence[Entry], revisions: Sequence[str]) -> int | None:
    wanted = set(revisions)
    return next((at for at, each in enumerate(merges) if not wanted.isdisjoint(each.revisions)), None)


def _moment(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry.moment).astimezone(UTC)


def _timely(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError):
        return False


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _texts(*values: Any) -> tuple[str, ...]:
    return tuple(each for each in values if isinstance(each, str) and 0 < len(each) <= LONGEST)
