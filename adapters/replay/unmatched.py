"""What of a journal no rule covers, by the mappings of today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.errors import MappingError
from adapters.mapping import Translator
from adapters.mapping.explain import uncovered
from adapters.model import DAMAGED, TRUNCATED
from adapters.redaction import Redact
from adapters.replay.lines import Place
from adapters.replay.units import Item, Kept


@dataclass(frozen=True, slots=True)
class Group:
    """So many records of a source that no rule covers for one reason; the last is of the notification `number`."""

    source: str
    count: int
    number: int
    heard: datetime
    reason: str


def groups(path: Path, mapping: Callable[[str], Translator | None], redact: Redact, source: str = "") -> list[Group]:
    """Those of a journal, the largest first; of all sources, or of one. `mapping` gives that of a source."""
    found: dict[tuple[str, str], Group] = {}
    for item in Kept(path, 0, source).read("", Place()):
        name, heard = item.notification.source, item.notification.received_at
        for reason in map(redact, _reasons(item, mapping(name))):
            count = found[name, reason].count if (name, reason) in found else 0
            found[name, reason] = Group(name, count + 1, item.line, heard, reason)
    return sorted(found.values(), key=lambda each: (-each.count, each.source, each.reason))


def _reasons(item: Item, translator: Translator | None) -> Iterator[str]:
    """None of what cannot be read: that is a dead letter."""
    if translator is None or {DAMAGED, TRUNCATED} & item.notification.headers.keys():
        return
    with suppress(MappingError):
        yield from uncovered(translator, item.notification)
