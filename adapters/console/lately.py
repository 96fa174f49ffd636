"""What was heard since somebody looked last, so much of it as can be read: the rest is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from adapters.journal import Database, log
from adapters.lineage.event import Event
from adapters.lineage.reading import events_of
from adapters.lineage.watching import Wanted
from adapters.model import Notification, Record
from adapters.redaction import Redact
from adapters.route.rendered import Render
from adapters.sources.redaction.redactor import Redact as Bare

MOST_SHOWN = 20
"""Records that are shown of one look: nobody reads more."""

MOST_READ = 600
"""Records that are looked at for those that are wanted."""

SECONDS = 0.05
"""Time that a look may take to translate them: processors are the sidecar's first."""

MOST_EVENTS = 5
"""Events that are shown of a record; its page has the others."""

_LOOKED_AT, _LONGEST = 16 << 10, 240
"""Bytes of what a tool said that are looked at, and characters that are shown of them."""


class Line(NamedTuple):
    """A record beside what it became: `said` is the beginning of its body, `more` counts events that are not there.

    `note` says why there is no event.
    """

    seq: int
    heard: datetime
    source: str
    said: str
    events: Sequence[Event]
    more: int
    note: str


class Look(NamedTuple):
    """The lines, the latest first, how many records more there were, and the number of the last of all."""

    lines: Sequence[Line]
    passed: int
    last: int


def lately(database: Database, after: int, wanted: Wanted, line: Callable[[Record], Line | None]) -> Look:
    """What was heard after a number that is wanted; `line` is None for what is not."""
    last = log.last(database)
    most = MOST_READ if wanted.some or wanted.sources else MOST_SHOWN
    records = log.read(database, max(after, last - most), most)
    last = records[-1].seq if records else max(after, last)
    until, lines, looked = monotonic() + SECONDS, list[Line](), 0
    for record in reversed(records):
        if len(lines) == MOST_SHOWN or (lines and monotonic() > until):
            break
        looked += 1
        if wanted.source(record.notification.source) and (found := line(record)) is not None:
            lines.append(found)
    return Look(lines, last - min(after, last) - looked, last)


def lines_of(render: Render, wanted: Wanted, redact: Redact, bare: Bare) -> Callable[[Record], Line | None]:
    """Makes the line of a record; None where no event of it is wanted, if only some are."""

    def line(record: Record) -> Line | None:
        rendered = render(record)
        found = (event for message in rendered.messages for event in events_of(message.data))
        events = [event for event in found if wanted.event(event)]
        if wanted.some and not events:
            return None
        heard = record.notification
        note = "" if events else next(_notes(rendered.errors, rendered.unmatched, rendered.ignored))
        shown, more = events[:MOST_EVENTS], max(0, len(events) - MOST_EVENTS)
        return Line(record.seq, heard.received_at, heard.source, _said(heard, redact, bare), shown, more, note)

    return line


def _notes(errors: Sequence[str], unmatched: int, ignored: int) -> Iterator[str]:
    yield from errors[:1]
    if unmatched:
        yield "covered by no rule"
    yield "ignored on purpose" if ignored else "no event"


def _said(heard: Notification, redact: Redact, bare: Bare) -> str:
    """The beginning on one line; redacted first, as half a secret is not known as one."""
    body = bare(heard._replace(body=heard.body[:_LOOKED_AT])).body
    return " ".join(redact(body.decode("utf-8", "replace")).split())[:_LONGEST]
