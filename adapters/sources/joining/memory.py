"""What a sidecar remembers of rollouts, merges and incidents, bounded; the journal's checkpoints keep it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import orjson

from adapters.cdevents.history import Entry
from adapters.model import Checkpoint

OWNER = ":lineage"
"""Whose checkpoints these are: no source has such a name."""

KEPT: Mapping[str, int] = {"rollouts": 5_000, "merges": 200, "incidents": 10_000}
"""How many places, branches and incidents are remembered; beyond that, what was not told of for longest goes."""


class Memory:
    """Entries by their key, as text, for there are many and few are looked at."""

    def __init__(self, known: Mapping[str, str], kept: Mapping[str, int] = KEPT) -> None:
        """`known` are the checkpoints of OWNER."""
        self._texts, self._kept = dict(known), kept
        self._counts = Counter(map(_kind, known))
        self._changed: dict[str, str | None] = {}

    def of(self, key: str) -> list[Entry] | None:
        """What is remembered under a key; None if nothing is."""
        text = self._texts.get(key)
        return None if text is None else _entries(text)

    def with_text(self, kind: str, wanted: str) -> Iterator[list[Entry]]:
        """The lists of a kind in which a text stands."""
        return (_entries(text) for key, text in self._texts.items() if _kind(key) == kind and wanted in text)

    def keep(self, key: str, entries: Sequence[Entry]) -> None:
        """Remembers them under a key, and forgets another where there are too many of its kind."""
        kind = _kind(key)
        if self._texts.pop(key, None) is None:
            self._counts[kind] += 1
        self._texts[key] = self._changed[key] = orjson.dumps([[*each] for each in entries]).decode()
        if self._counts[kind] > self._kept[kind]:
            oldest = next(each for each in self._texts if _kind(each) == kind)
            self._changed[oldest] = None
            self._counts[kind] -= 1
            del self._texts[oldest]

    def changes(self) -> list[Checkpoint]:
        """What has changed since it was last asked: to be kept with what it came of."""
        found = [Checkpoint(OWNER, key, text) for key, text in self._changed.items()]
        self._changed.clear()
        return found

    def unkept(self, changes: Sequence[Checkpoint]) -> None:
        """They could not be kept, and are changes still, unless there are newer ones."""
        self._changed = {each.key: each.value for each in changes} | self._changed


def _kind(key: str) -> str:
    return key.partition("\n")[0]


def _entries(text: str) -> list[Entry]:
    found = (Entry(*each) for each in orjson.loads(text))
    return [each._replace(revisions=tuple(each.revisions)) for each in found]
