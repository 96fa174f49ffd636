"""What a story needs of a CDEvent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.cdevents.artifacts import artifact, digest
from adapters.cdevents.history import Entry, Told, told

_FOLLOWS = ("PATH", "END", "RELATION")


@dataclass(frozen=True, slots=True)
class Event:
    """What a story needs of a CDEvent.

    `parents` are the ids of what it follows, by a path, then by a relation. `artifacts` are the package URLs it is
    about, without their qualifiers: where an artifact is found does not make it another. `service` is what was
    deployed, or what an incident is about, `url` that of a change, `by` who did it. `told` is what joins it to others
    of which no link says so.
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
    url: str | None
    by: str | None
    told: Told

    @property
    def kind(self) -> str:
        """What it is about: `change`, `pipelinerun`."""
        return self.name.rpartition(".")[0]

    @property
    def predicate(self) -> str:
        """What happened to that: `merged`, `started`."""
        return self.name.rpartition(".")[2]


def event(document: Mapping[str, Any]) -> Event:
    """A CDEvent document of either version as an Event; raises KeyError, TypeError or ValueError when it is none."""
    context, subject = document["context"], document["subject"]
    content = subject["content"]
    links = sorted(context.get("links") or (), key=lambda link: _FOLLOWS.index(link["linkType"]))
    ends = [link.get("from") or link.get("target") or {} for link in links]
    name = context["type"].removeprefix("dev.cdevents.").rsplit(".", 3)[0]
    custom = _object(document.get("customData"))
    entry = Entry(context["timestamp"], context["id"], context.get("chainId"))
    return Event(
        id=context["id"],
        name=name,
        source=context["source"],
        time=context["timestamp"],
        moment=_moment(context["timestamp"]),
        subject=subject["id"],
        chain=context.get("chainId"),
        parents=tuple(end["contextId"] for end in ends if "contextId" in end),
        artifacts=frozenset(_artifacts(subject["id"], content.get("artifactId"), custom)),
        outcome=content.get("outcome"),
        environment=content.get("environment", {}).get("id"),
        service=subject["id"] if name.startswith("service.") else content.get("service", {}).get("id"),
        told=told(name, subject["id"], entry, content, custom),
        url=_object(custom.get("change")).get("url"),
        by=by if isinstance(by := custom.get("by"), str) else None,
    )


def _artifacts(subject: str, artifact_id: str | None, custom: Mapping[str, Any]) -> Iterator[str]:
    """Those that it names, and by which other digests an image of them runs: an index, and its child."""
    for named in filter(None, map(artifact, (subject, artifact_id))):
        yield named
        images = custom.get("images")
        for image in images if isinstance(images, list) else ():
            digests = _object(image).get("digests")
            if isinstance(digests, list) and digest(named) in digests:
                yield from (f"{named.rpartition('@')[0]}@{each}" for each in digests)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"timestamp {text} is not in the years 1 to 9999 of UTC") from None
