"""Which lists there are: one, or one for each item of other lists, which are read for that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.mapping.failures import Failure
from adapters.mapping.when import when
from adapters.sources.poll.errors import Unlisted
from adapters.sources.poll.items import Json, identity, joined, listed
from adapters.sources.poll.listing import Outer
from adapters.sources.poll.pages import Ask, Page, Pages
from adapters.sources.poll.request import Request, first
from adapters.sources.poll.settings import PollSettings

Place = tuple[str, ...]
"""Which list it is: the ids of the items around it, the outermost first."""


@dataclass(frozen=True, slots=True)
class Around:
    """The items around a list, by their names, and which place that is."""

    place: Place = ()
    items: Mapping[str, Any] = field(default_factory=dict)

    def within(self, name: str, item: Json, ids: list[str]) -> Around:
        """One of the lists for the items of this one."""
        return Around((*self.place, "\n".join(ids)), {**self.items, name: item})


class Lists:
    """Reads the lists around the one with the items. What was read of them serves where a server says: not modified."""

    def __init__(self, settings: PollSettings, ask: Ask, failed: Callable[[Around, Unlisted], None]) -> None:
        """`failed` is told which list within another cannot be read; it is passed over."""
        self._ask, self._failed = ask, failed
        names = [*settings.each]
        self._levels = [
            _Level(name, outer, first(outer, names[:depth], settings.home))
            for depth, (name, outer) in enumerate(settings.each.items())
        ]
        self.complete = True
        """Whether none was passed over the last time."""

    async def all(self) -> AsyncIterator[Around]:
        """Every list; raises Unlisted where there is none at all, and what `ask` raises."""
        self.complete = True
        async for around in self._below(Around(), 0):
            yield around

    async def _below(self, around: Around, depth: int) -> AsyncIterator[Around]:
        if depth == len(self._levels):
            yield around
            return
        try:
            found, nameless = await self._levels[depth].read(around, self._ask)
        except Unlisted as error:
            if not depth:
                raise
            self.complete = False
            self._failed(around, error)
            return
        if nameless is not None:
            self.complete = False
            self._failed(around, nameless)
        for each in found:
            async for inner in self._below(each, depth + 1):
                yield inner


class _Level:
    """The lists of one name."""

    def __init__(self, name: str, outer: Outer, request: Callable[[Mapping[str, Any]], Request]) -> None:
        self._name, self._outer, self._request = name, outer, request
        self._holds = when(outer.when).holds
        self._before: dict[Place, Mapping[str, Page[Json]]] = {}

    async def read(self, around: Around, ask: Ask) -> tuple[list[Around], Unlisted | None]:
        """The lists of the items, and what is wrong with some; raises Unlisted where that is so of all."""
        pages = Pages(ask, self._outer, self._items, self._before.get(around.place, {}))
        found = [item async for page in pages.all(self._request(around.items)) for item in page.content]
        self._before[around.place] = pages.read
        wanted = [(item, identity(item, self._outer.id)) for item in found if self._wanted(item)]
        lacking = Unlisted(pages.lacking) if pages.lacking else None
        named = [around.within(self._name, item, ids) for item, ids in wanted if ids is not None]
        if len(named) == len(wanted):
            return named, lacking
        wrong = Unlisted(f"an item of '{self._name}' has no {' and '.join(self._outer.id)}: compare its 'id'")
        if not named:
            raise wrong
        return named, wrong

    def _wanted(self, item: Json) -> bool:
        try:
            return bool(self._holds(item))
        except Failure as failure:
            raise Unlisted(f"the 'when' of '{self._name}': {failure}") from None

    def _items(self, document: Any) -> tuple[list[Json], int]:
        items, count = listed(document, self._outer)
        return [joined(item, around) for item, around in items], count
