"""What a CDEvent tells that a span is made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.sinks.otlp.ids import span_id, trace_id
from adapters.store.rows import EventRow, LinkRow, event_row, link_rows

_ORDER = ("PATH", "END", "RELATION")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = 2**63 - 1
"""In ns since 1970, of the year 2262."""


@dataclass(frozen=True, slots=True)
class Told:
    """A CDEvent. `time` is in ns since 1970, `follows` has its links: by a path first, then by relations.

    `about` tells its subject from all others.
    """

    row: EventRow
    time: int
    about: str
    follows: tuple[LinkRow, ...]
    commits: tuple[str, ...]
    content: Mapping[str, Any]
    custom: Mapping[str, Any]

    @property
    def span(self) -> bytes:
        """The id of the span that it would be by itself."""
        return span_id(self.row.id)

    @property
    def own_trace(self) -> bytes | None:
        """The id of its chain's trace; None without a chain."""
        return trace_id(self.row.chain_id) if self.row.chain_id else None


def told(document: Mapping[str, Any]) -> Told:
    """What a CDEvent tells; raises AttributeError, KeyError, TypeError or ValueError when it is none."""
    row = event_row(document)
    links = list(link_rows(document, row))
    custom = document.get("customData")
    time = (row.time - _EPOCH) // _MICROSECOND * 1000
    if not 0 <= time <= _LATEST:
        raise ValueError(f"timestamp {row.time} is none that OTLP can tell")
    return Told(
        row=row,
        time=time,
        about="|".join((row.subject, row.subject_source or row.source, row.subject_id)),
        follows=tuple(
            sorted((each for each in links if each.kind in _ORDER), key=lambda each: _ORDER.index(each.kind))
        ),
        commits=tuple(each.target for each in links if each.kind == "COMMIT"),
        content=document["subject"]["content"],
        custom=custom if isinstance(custom, Mapping) else {},
    )
