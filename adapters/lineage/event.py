"""What a story needs of a CDEvent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.cdevents.artifacts import artifact
from adapters.cdevents.history import Entry, Told, told

_FOLLOWS = ("PATH", "END", "RELATION")


@dataclass(frozen=True, slots=True)
class Event:
    """What a story needs of a CDEvent.

    `parents` are the ids of what it follows, by a path, then by a relation. `artifacts` are the package URLs it is
    about, without their qualifiers: where an artifact is found does not make it another. `service` is what was
    deployed, or what an incident is about. `told` is what joins it to others of which no link says so.
    """

    id: str
    name: str
    source: str
    time: str
    moment: datetime
    subject: str
    chain: str | None
    parents: tuple[str, ...]
    artifacts: frozenset[str]
    outcome: str | None
    environment: str | None
    service: str | None
    told: Told


def event(document: Mapping[str, Any]) -> Event:
    """A CDEvent document of either version as an Event; raises KeyError, TypeError or ValueError when it is none."""
    context, subject = document["context"], document["subject"]
    content = subject["content"]
    links = sorted(context.get("links", ()), key=lambda link: _FOLLOWS.index(link["linkType"]))
    ends = [link.get("from") or link.get("target") or {} for link in links]
    name = context["type"].removeprefix("dev.cdevents.").rsplit(".", 3)[0]
    entry = Entry(context["timestamp"], context["id"], context.get("chainId"))
    return Event(
        id=context["id"],
        name=name,
        source=context["source"],
        time=context["timestamp"],
        moment=datetime.fromisoformat(context["timestamp"]).astimezone(UTC),
        subject=subject["id"],
        chain=context.get("chainId"),
        parents=tuple(end["contextId"] for end in ends if "contextId" in end),
        artifacts=frozenset(filter(None, map(artifact, (subject["id"], content.get("artifactId"))))),
        outcome=content.get("outcome"),
        environment=content.get("environment", {}).get("id"),
        service=subject["id"] if name.startswith("service.") else content.get("service", {}).get("id"),
        told=told(name, subject["id"], entry, content, document.get("customData") or {}),
    )
