"""What becomes of the records that a route passes together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import compress
from struct import Struct

from adapters.metrics import Metrics
from adapters.model import NOWHERE, Format, Message, Record
from adapters.route.rendered import Rendered

MOST_REASONS = 30
"""How many reasons are told of one record: a dead letter is for people to read."""

_record = Struct("<qd").pack
"""A record in the marks of its messages: its number, and when it was heard."""


@dataclass(slots=True)
class Batch:
    """The messages of some records in order, `seqs` with the record of each, and why records failed, by number.

    `marks` has 16 bytes for each message: equal for the same message of the same record, and for no other.

    `last` is the number of the last record that is whole in it, or ends with it; None where there is none. `size` is
    the bytes of its messages' data.
    """

    last: int | None = None
    size: int = 0
    messages: list[Message] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    marks: list[bytes] = field(default_factory=list)
    failures: dict[int, list[str]] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    unmatched: dict[str, int] = field(default_factory=dict)
    unsaid: dict[str, int] = field(default_factory=dict)

    def add(self, record: Record, rendered: Rendered, *, last: bool = True) -> None:
        """Takes what a record was rendered to, or a piece of it."""
        self.last = record.seq if last else self.last
        if rendered.messages:
            self._take(record, rendered.messages)
        for reason in rendered.errors:
            self.fail(record.seq, reason)
        if rendered.ignored:
            _add(self.ignored, record.notification.source, rendered.ignored)
        if rendered.unmatched:
            _add(self.unmatched, record.notification.source, rendered.unmatched)
        for name in rendered.unsaid:
            _add(self.unsaid, name)

    def _take(self, record: Record, messages: Sequence[Message]) -> None:
        told = _record(record.seq, record.notification.received_at.timestamp())
        for message in messages:
            self.messages.append(message)
            self.seqs.append(record.seq)
            self.marks.append(_mark(told, message))
            self.size += len(message.data)

    def leave_out(self, marks: Collection[bytes]) -> None:
        """Takes out the messages that have one of these marks."""
        left = [mark not in marks for mark in self.marks]
        self.messages = [*compress(self.messages, left)]
        self.seqs = [*compress(self.seqs, left)]
        self.marks = [*compress(self.marks, left)]

    def fail(self, seq: int, reason: str) -> None:
        """Notes another reason why a record is not delivered whole, if there are not many."""
        reasons = self.failures.setdefault(seq, [])
        if reason not in reasons and len(reasons) < MOST_REASONS:
            reasons.append(reason)

    def reasons(self, refused: Mapping[int, str]) -> dict[int, list[str]]:
        """Why records are not delivered whole, by number; `refused` has the reasons of a sink, by a message's index."""
        for index, reason in refused.items():
            self.fail(self.seqs[index], reason)
        return self.failures

    def count(self, route: str, metrics: Metrics) -> None:
        """Adds what was made, ignored, not covered and not said to a route's metrics."""
        types: dict[str, int] = {}
        for each in self.messages:
            if each.format is Format.CDEVENTS:
                _add(types, each.attributes["type"])
        for type_, number in types.items():
            metrics.translated(route, type_, number)
        for source, number in self.ignored.items():
            metrics.ignored(route, source, number)
        for source, number in self.unmatched.items():
            metrics.unmatched(route, source, number)
        for name, number in self.unsaid.items():
            metrics.unsaid(route, name, number)


def _add(counts: dict[str, int], name: str, count: int = 1) -> None:
    """As a Counter does, of which each takes longer to make than most batches have to count."""
    counts[name] = counts.get(name, 0) + count


def _mark(record: bytes, message: Message) -> bytes:
    attributes = message.attributes
    place = "" if message.place is NOWHERE else message.place
    told = f"{attributes['id']} {attributes['type']} {place} "
    return blake2b(record + told.encode() + message.data, digest_size=16).digest()
