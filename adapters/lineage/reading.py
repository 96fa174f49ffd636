"""The events of a story, of what is read of files or of the journal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.cdevents.heard import cdevents
from adapters.lineage.event import Event, event


def events(bodies: Iterable[bytes]) -> Iterator[Event]:
    """The CDEvents in documents, bare or in CloudEvents; none where one is something else."""
    for body in bodies:
        yield from events_of(body)


def events_of(text: bytes) -> Iterator[Event]:
    """The CDEvents in a document, bare or in CloudEvents; none where it is something else."""
    for document in cdevents(text, {})[0]:
        try:
            yield event(document)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
