"""What of a journal no rule covers, by the mappings of today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.errors import MappingError
from adapters.mapping import Translator
from adapters.mapping.explain import uncovered
from adapters.model import DAMAGED, TRUNCATED
from adapters.reading.lines import Place
from adapters.reading.units import Item, Kept
from adapters.redaction import Redact


@dataclass(frozen=True, slots=True)
class Group:
    """So many records of a source that no rule covers for one reason; the last is of the notification `number`."""

    source: str
    count: int
    number: int
    heard: datetime
    reason: str


@dataclass
class Unmatched:
    """Counts what no rule covers; of all sources, or of one. `mapping` gives that of a source."""

    mapping: Callable[[str], Translator | None]
    redact: Redact
    source: str = ""

    def __post_init__(self) -> None:
        self._last = 0
        self._found: dict[tuple[str, str], Group] = {}

    @property
    def looked_at(self) -> int:
        """The number of the last record that was looked at."""
        return self._last

    def look(self, path: Path, enough: Callable[[], bool] = lambda: False) -> list[Group]:
        """What there was so far in a journal, the largest group first; reads what came since it looked last.

        It is `enough` before the end where that says so.
        """
        with closing(Kept(path, 0, self.source).read("", Place(self._last, self._last))) as items:
            for item in items:
                self._add(item)
                if enough():
                    break
        return sorted(self._found.values(), key=lambda each: (-each.count, each.source, each.reason))

    def _add(self, item: Item) -> None:
        self._last, name, heard = item.line, item.notification.source, item.notification.received_at
        for reason in map(self.redact, _reasons(item, self.mapping(name))):
            count = self._found[name, reason].count if (name, reason) in self._found else 0
            self._found[name, reason] = Group(name, count + 1, item.line, heard, reason)


def _reasons(item: Item, translator: Translator | None) -> Iterator[str]:
    """None of what cannot be read: that is a dead letter."""
    if translator is None or {DAMAGED, TRUNCATED} & item.notification.headers.keys():
        return
    with suppress(MappingError):
        yield from uncovered(translator, item.notification)
