"""What is known of a list: how far it was told, and in which state each of its items was told last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple, Self, TypeVar

import orjson

from adapters.sources.contract import Context
from adapters.sources.keeping import restored
from adapters.sources.poll.items import Item

KEPT = 86400.0
"""Seconds for which an item that is not listed any more is remembered: it may be listed again."""

START = "start"
"""The key of the checkpoint that says how the source began."""

_BEFORE = 1.0
"""Seconds before what is waited for from which on it is asked for: to some, "after" a time is without it."""

Kept = TypeVar("Kept")
Checkpoints = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Start:
    """How the source began: only what happened after `floor` (None: anything) is told, and until all lists were read
    once (`first`), of what says no time nothing. `lists` is a print of the URLs that it asked.
    """

    floor: float | None
    first: bool = True
    lists: str = ""

    @classmethod
    def loads(cls, text: str) -> Self:
        """What `dumps` has written; raises ValueError for anything else."""
        return _loaded(cls, text)

    def dumps(self) -> str:
        """The text of a checkpoint."""
        return orjson.dumps(asdict(self)).decode()


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened before `since` is told; the `latest` that was listed may be followed by what was passed over.

    Until all of the list was read once it is `fresh`: what is too old to be told is only noted, and so is, if it was
    there when the source was `begun`, what says no time.
    """

    since: float | None
    latest: float | None = None
    fresh: bool = True
    begun: bool = False

    @classmethod
    def loads(cls, text: str) -> Self:
        """What `dumps` has written; raises ValueError for anything else."""
        return _loaded(cls, text)

    def dumps(self) -> str:
        """The text of a checkpoint."""
        return orjson.dumps(asdict(self)).decode()


@dataclass
class Known:
    """Of one list: the key of its mark, the mark, and in which version each of its items was told last, by their keys.

    `gone` is since when items are not listed any more.
    """

    key: str
    mark: Mark
    seen: dict[str, str] = field(default_factory=dict)
    gone: dict[str, float] = field(default_factory=dict)

    def news(self, items: Iterable[Item]) -> list[Item]:
        """Those that are not as they were told last."""
        return [item for item in items if self.seen.get(item.key) != item.version]

    def is_old(self, item: Item, floor: float | None, *, newest_first: bool) -> bool:
        """Whether an item is of the time before anything was told, and so is no news in itself."""
        if item.key in self.seen:
            return False
        if item.at is None:
            return floor is not None and self.mark.fresh and self.mark.begun
        before = self.mark.since if newest_first and not self.mark.fresh else floor if self.mark.fresh else None
        return before is not None and item.at < before

    def note(self, items: Iterable[Item]) -> None:
        """That these are on disk."""
        self.seen |= {item.key: item.version for item in items}

    def forgotten(self, listed: Iterable[str], now: float) -> Checkpoints:
        """Of the items that are not listed, those that have not been for long, which are not known from now on."""
        self.gone = {key: self.gone.get(key, now) for key in self.seen.keys() - set(listed)}
        forget = [key for key, since in self.gone.items() if now - since > KEPT]
        for each in forget:
            del self.gone[each], self.seen[each]
        return [(each, None) for each in forget]


class Window(NamedTuple):
    """From when on a list is asked for the next time: seconds of this machine's clock, and of settings."""

    now: float
    overlap: float
    open_for: float
    pages: int
    whole: bool = True

    def after(self, mark: Mark, items: Iterable[Item]) -> Mark:
        """The mark after a list. What a clock says that is ahead does not count beyond now.

        Pages shift while they are read, and an item may slip through between two: what several pages told is settled
        only when it was read again. What of a list is missing is waited for as what is open is.
        """
        items = list(items)
        times = [item.at for item in items if item.at is not None]
        latest = min(self.now, max(times)) if times else None
        latest = max(filter(None, (latest, mark.latest)), default=None)
        settled = latest if self.pages == 1 else mark.latest
        since = mark.since if settled is None else max(settled - self.overlap, mark.since or 0.0)
        if since is not None:
            since = min([since, *(at - _BEFORE for at in self._waiting(items))])
            if not self.whole:
                since = max(min(since, self.now - self.open_for), mark.since or 0.0)
        return replace(mark, since=since, latest=latest, fresh=False)

    def _waiting(self, items: Iterable[Item]) -> Iterator[float]:
        """When that began which is not over."""
        for item in items:
            if item.open and item.at is not None and item.at > self.now - self.open_for:
                yield item.at


def key(kind: str, place: Sequence[str], ids: Sequence[str] = ()) -> str:
    """The key of a checkpoint: of a list, the `mark`, or an item of it."""
    return orjson.dumps([kind, [*place], [*ids]]).decode()


def restore(context: Context, fresh: Mark) -> dict[tuple[str, ...], Known]:
    """What is on disk, by the place of each list: with a `fresh` mark where there are only items.

    Raises ConfigError where another source wrote it.
    """
    known: dict[tuple[str, ...], Known] = {}
    for at, value in context.checkpoints.items():
        if at == START:
            continue
        kind, place = restored(context, at, partial(_parts, at), _NOWHERE)
        of = known.setdefault(place, Known(key("mark", place), fresh))
        if kind == "mark":
            of.mark = restored(context, at, Mark.loads, of.mark)
        else:
            of.seen[at] = value
    return known


_NOWHERE: tuple[str, tuple[str, ...]] = ("", ())


def _parts(at: str, _value: str) -> tuple[str, tuple[str, ...]]:
    """What kind of key it is, and of which place; raises ValueError for one that is not of this source."""
    try:
        kind, place, _ = orjson.loads(at)
        return str(kind), tuple(map(str, place))
    except TypeError as error:
        raise ValueError("not written by this source") from error


def _loaded(kind: type[Kept], text: str) -> Kept:
    try:
        found: Any = orjson.loads(text)
        return kind(**found)
    except TypeError as error:
        raise ValueError("not written by this source") from error
