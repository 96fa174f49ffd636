"""What is new in a list while it is read, in the order in which it is to be told. Pure."""

from __future__ import annotations

from adapters.sources.poll.errors import Unlisted
from adapters.sources.poll.items import Item
from adapters.sources.poll.listing import Order
from adapters.sources.poll.pages import Page
from adapters.sources.poll.progress import Known

LARGEST = 128 << 20
"""Bytes of news at most that are held until a list was read to its end."""

_LAST = float("inf")


class News:
    """Gathers what is new of a list that is read once.

    Of an item that is on two pages, because others came before it meanwhile, the page that was read later counts.
    """

    def __init__(self, known: Known, floor: float | None, order: Order) -> None:
        self._known, self._floor, self._order = known, floor, order
        self._new: dict[str, Item] = {}
        self._size = 0
        self.listed: dict[str, Item] = {}
        """Every item that is in the list, new or not, without what is told of it."""

    def add(self, page: Page[Item]) -> None:
        """Takes a page; raises Unlisted where there is too much to hold."""
        self.listed |= {item.key: bare(item) for item in page.content}
        if page.unchanged:
            return
        for item in self._known.news(page.content):
            self._size += len(item.body or b"")
            self._new.pop(item.key, None)
            self._new[item.key] = item
        if self._size > LARGEST:
            hint = "let it be told from a later time on, or, if it lists the oldest first, write `order: oldest`"
            raise Unlisted(f"more than {LARGEST >> 20} MiB are new at once ({hint})")

    def ends(self, page: Page[Item]) -> bool:
        """Whether what follows a page is older than all that can be new."""
        since = self._known.mark.since
        if self._order != "newest" or since is None:
            return False
        return any(item.at is not None and item.at < since for item in page.content)

    def taken(self) -> list[tuple[Item, bool]]:
        """What is new so far, the oldest first, and whether it is told, or only noted; it is gathered no more."""
        items = [*self._new.values()]
        if self._order == "newest":
            items.reverse()
        if self._order != "oldest":
            items.sort(key=lambda item: _LAST if item.at is None else item.at)
        self._new, self._size = {}, 0
        newest_first = self._order == "newest"
        return [(item, not self._known.is_old(item, self._floor, newest_first=newest_first)) for item in items]


def bare(item: Item) -> Item:
    """An item without what is told of it: enough to know it again."""
    return item._replace(body=None)
