"""Which of what is heard somebody wants to see, as it is told: CDEvents, or what the tools said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from adapters.cdevents.selection import selected
from adapters.config import Config
from adapters.lineage.event import Event
from adapters.lineage.reading import events_of
from adapters.model import Format, Message, Record
from adapters.replay.published import rendering


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show: by sources, and by types, subjects and chains as in `cdevents.selection`; empty: all."""

    sources: Collection[str] = ()
    types: Collection[str] = ()
    subjects: Collection[str] = ()
    chains: Collection[str] = ()

    @property
    def some(self) -> bool:
        """Whether not all events of a source are wanted."""
        return bool(self.types or self.subjects or self.chains)

    def source(self, name: str) -> bool:
        """Whether what a source heard is looked at."""
        return not self.sources or name in self.sources

    def event(self, event: Event) -> bool:
        """Whether an event is shown."""
        asked = ((self.types, event.name), (self.subjects, event.subject), (self.chains, event.chain or ""))
        return all(not patterns or selected(patterns)(value) for patterns, value in asked)


class Seen(NamedTuple):
    """A message of a record, and its CDEvent; None for what a tool said."""

    record: Record
    message: Message
    event: Event | None


def watching(
    config: Config, wanted: Wanted, format_: Format, complain: Callable[[str], object]
) -> Callable[[Record], Iterator[Seen]]:
    """Gives what is to be seen of a record: of what a tool said, all of which an event is wanted.

    What became no event is told to `complain`, unless only some events are wanted. Raises ConfigError for mappings.
    """
    translated = rendering(config)
    legacy = rendering(config, Format.LEGACY) if format_ is Format.LEGACY else None

    def events(record: Record) -> Iterator[Seen]:
        rendered = translated(record)
        if not wanted.some:
            where = f"{record.notification.source} #{record.seq}"
            for error in rendered.errors:
                complain(f"{where}: {error}")
            if rendered.unmatched:
                complain(f"{where}: {rendered.unmatched} of its records are covered by no rule and no `ignore`")
        for message in rendered.messages:
            yield from (Seen(record, message, each) for each in events_of(message.data) if wanted.event(each))

    def seen(record: Record) -> Iterator[Seen]:
        if not wanted.source(record.notification.source):
            return
        found = list(events(record))
        if legacy is None:
            yield from found
        elif found or not wanted.some:
            yield from (Seen(record, message, None) for message in legacy(record).messages)

    return seen
