"""From a document to the items that are told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson

from adapters.mapping.failures import Failure
from adapters.mapping.when import when
from adapters.sources.poll.items import Item, Json, digest, identity, joined, listed, time, version
from adapters.sources.poll.lists import Around
from adapters.sources.poll.progress import key
from adapters.sources.poll.settings import PollSettings

Odd = Callable[[str], None]
"""Takes what is odd about an item, for somebody to know."""


class Reader:
    """Reads answers as the settings say."""

    def __init__(self, settings: PollSettings, odd: Odd) -> None:
        self._settings, self._odd = settings, odd
        self._open = when(settings.open).holds if settings.open else lambda _: False

    def items(self, around: Around, document: Any) -> tuple[list[Item], int]:
        """The items in a document, and how many of them it counts as; raises Unlisted."""
        found, count = listed(document, self._settings)
        documents = [(self._joined(item, {**around.items, **inner}), item) for item, inner in found]
        ids = [identity(document, self._settings.id) for document, _ in documents]
        often = Counter(tuple(each) for each in ids if each is not None)
        return [
            self._item(around, document, item, self._unique(each, often))
            for (document, item), each in zip(documents, ids, strict=True)
        ], count

    def _joined(self, item: Any, around: Json) -> Json:
        for name in around.keys() & item.keys() if isinstance(item, dict) else ():
            self._odd(f"an item has a '{name}' of its own, which is not told: call the list around it otherwise")
        return joined(item, around)

    def _unique(self, ids: list[str] | None, often: Counter[tuple[str, ...]]) -> list[str] | None:
        if ids is None:
            self._odd(f"an item has no {' and '.join(self._settings.id)}, its 'id': it is known by all of it instead")
        elif often[tuple(ids)] > 1:
            self._odd(f"several items have the id {'/'.join(ids)[:60]}: they are known by all of it instead")
            return None
        return ids

    def _item(self, around: Around, document: Json, item: Any, ids: list[str] | None) -> Item:
        made = digest(document) if ids is None else ""
        return Item(
            key("item", around.place, ids) if ids is not None else key("other", around.place, [made]),
            made or version(document, item, self._settings.version),
            self._time(document),
            self._is_open(document),
            orjson.dumps(document),
        )

    def _time(self, document: Json) -> float | None:
        found = time(document, self._settings.time, self._settings.zone)
        if found is None and self._settings.time:
            self._odd(f"an item has no time at {self._settings.time} that can be read: it is told, and moves nothing")
        return found

    def _is_open(self, document: Json) -> bool:
        try:
            return bool(self._open(document))
        except Failure as failure:
            self._odd(f"whether an item is open cannot be said: {failure}")
            return False
